package io.modelpricing.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.modelpricing.TextRule;
import io.modelpricing.cli.command.PriceSubcommands;
import io.modelpricing.cli.demo.DemoCommand;
import io.modelpricing.cli.migration.MigrationSubcommands;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.Secrets;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.cli.output.TextTable;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code pricing} command line. */
@Command(
        name = "pricing",
        header = "Prices of language models in PostgreSQL, and the cost of requests.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Name a model by its id or as PROVIDER/PROVIDER-MODEL-ID.",
            "The password is read from PRICING_PASSWORD or ~/.pgpass.",
            "",
            "Exit codes:",
            "  0  done",
            "  1  a check found something, a step was refused, a cost is not complete, or a name is unknown",
            "  2  invalid usage",
            "  3  the database could not be reached, or it failed, or the output could not be written"
        })
public final class PricingCommand {

    /** The driver logs the parts of a URL that it cannot parse, and they can contain a password. */
    private static final Logger DRIVER_LOG = Logger.getLogger("org.postgresql");

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    private PricingCommand() {}

    /**
     * Runs the command and ends the process with its exit code.
     *
     * @param args the command with its options and parameters
     */
    public static void main(String[] args) {
        PrintWriter out = writer(FileDescriptor.out);
        PrintWriter err = writer(FileDescriptor.err);
        System.exit(run(args, new Terminal(out, err, System.getenv(), System.in)));
    }

    private static PrintWriter writer(FileDescriptor descriptor) {
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(descriptor), UTF_8));
    }

    static int run(String[] args, Terminal terminal) {
        int exitCode = execute(args, terminal);
        // A full disk or a closed pipe: a script must not take part of the output for all of it.
        if (terminal.out().checkError()) {
            exitCode = report(
                    terminal,
                    new String[0],
                    Failure.database(
                            "output_lost",
                            "the output could not be written completely",
                            "check the disk or the program that it is written to, then run it again",
                            null));
        }
        terminal.err().flush();
        return exitCode;
    }

    private static int execute(String[] args, Terminal terminal) {
        DRIVER_LOG.setLevel(Level.OFF);
        try {
            for (String arg : args) {
                Failure.requireUsage(() -> TextRule.requireStorable("argument", arg), "see: pricing --help");
            }
            return commandLine(terminal).execute(args);
        } catch (Failure e) {
            return report(terminal, args, e);
        } catch (OutOfMemoryError e) {
            // The driver reads a message of the server into memory, whatever its length.
            return report(
                    terminal,
                    args,
                    Failure.database(
                            "out_of_memory",
                            "the answer of the server, or the input, does not fit into the memory of this process, "
                                    + Runtime.getRuntime().maxMemory() / 1_000_000 + " MB",
                            "check that --url or PRICING_URL names a PostgreSQL server that you trust; more memory is"
                                    + " given with java -Xmx, also in the variable JAVA_TOOL_OPTIONS",
                            null));
        }
    }

    private static CommandLine commandLine(Terminal terminal) {
        CommandLine commandLine =
                new CommandLine(new PricingCommand()).addSubcommand(new DemoCommand(terminal, PricingCommand::run));
        MigrationSubcommands.addTo(commandLine, terminal);
        PriceSubcommands.addTo(commandLine, terminal);
        return commandLine
                .setOut(terminal.out())
                .setErr(terminal.err())
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .setUsageHelpWidth(100)
                .setExpandAtFiles(false)
                .setExecutionStrategy(parsed -> {
                    CommandLine command = innermost(parsed);
                    if (command.getCommand() instanceof PricingCommand && !parsed.isUsageHelpRequested()) {
                        throw new ParameterException(command, "no command is given");
                    }
                    return new CommandLine.RunLast().execute(parsed);
                })
                .setParameterExceptionHandler((e, args) -> report(terminal, args, misuse(e)))
                .setExecutionExceptionHandler((e, command, parsed) ->
                        report(terminal, parsed.originalArgs().toArray(String[]::new), Failure.of(e)));
    }

    private static CommandLine innermost(CommandLine.ParseResult parsed) {
        List<CommandLine> commands = parsed.asCommandLineList();
        return commands.get(commands.size() - 1);
    }

    private static Failure misuse(ParameterException e) {
        CommandSpec command = e.getCommandLine().getCommandSpec();
        String message = e instanceof UnmatchedArgumentException unmatched
                ? unmatched(command, unmatched.getUnmatched().get(0))
                : invalid(e);
        return Failure.usage(
                "usage",
                message,
                message.contains("--pass") || message.startsWith("unknown option -p")
                        ? "set PRICING_PASSWORD or use ~/.pgpass: command-line arguments are visible in the process list"
                        : "see: " + command.qualifiedName() + " --help");
    }

    private static String unmatched(CommandSpec command, String argument) {
        if (argument.startsWith("-")) {
            // The value of an unknown option may be a password.
            return "unknown option " + optionName(argument)
                    + (command.parent() == null ? "; options come after the command" : "");
        }
        return command.subcommands().isEmpty()
                ? "unexpected argument \"" + argument + "\""
                : "\"" + argument + "\" is not a command; expected one of "
                        + String.join(", ", command.subcommands().keySet());
    }

    /** Returns the part of an option before its value: of a short option, the first letter. */
    private static String optionName(String argument) {
        if (argument.startsWith("--")) {
            int equals = argument.indexOf('=');
            return Failure.shortened(equals < 0 ? argument : argument.substring(0, equals));
        }
        int end = argument.offsetByCodePoints(0, Math.min(2, argument.codePointCount(0, argument.length())));
        return argument.substring(0, end) + (end < argument.length() ? "…" : "");
    }

    private static String invalid(ParameterException e) {
        ArgSpec arg = e.getArgSpec();
        if (arg == null || e.getValue() == null) {
            String message = String.valueOf(e.getMessage());
            return message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1);
        }
        String name = arg instanceof OptionSpec option ? option.longestName() : arg.paramLabel();
        Class<?> type = arg.type();
        String expected = type == int.class || type == Integer.class || type == long.class
                ? "a whole number up to " + (type == long.class ? Long.MAX_VALUE : Integer.MAX_VALUE)
                : arg.paramLabel();
        return name + " must be " + expected + ", but was \"" + e.getValue() + "\"";
    }

    private static int report(Terminal terminal, String[] args, Failure failure) {
        List<String> options = Arrays.asList(args);
        Secrets secrets = terminal.secrets();
        if (options.contains("--json") || options.contains("--stdin")) {
            terminal.out().println(Json.write(failure.json(secrets)));
        } else {
            TextTable.printWrapped(terminal.err(), "pricing: ", TextRule.escaped(secrets.masked(failure.getMessage())));
            TextTable.printWrapped(terminal.err(), "         ", TextRule.escaped(secrets.masked(failure.remedy())));
        }
        if (options.contains("--verbose")) {
            failure.trace(secrets)
                    .forEach(line -> terminal.err()
                            .println(
                                    line.startsWith("\t")
                                            ? "\t" + TextRule.escaped(line.substring(1))
                                            : TextRule.escaped(line)));
        }
        return failure.exitCode().number();
    }
}
