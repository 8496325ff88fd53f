package io.modelpricing.cli.output;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelpricing.TextRule;
import java.io.PrintWriter;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** The output options: text or one JSON document, with or without stack traces. */
public final class OutputOptions {

    private final Terminal terminal;

    @Option(names = "--json", description = "Print one JSON document; prices and costs are strings.")
    private boolean json;

    @Option(names = "--verbose", description = "Show stack traces of errors.")
    @SuppressWarnings("UnusedVariable") // PricingCommand looks for the option among the arguments
    private boolean verbose;

    public OutputOptions(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Prints the document if {@code --json} is given, else the text, in which {@link EscapingWriter} escapes. */
    public void print(JsonNode document, Consumer<PrintWriter> text) {
        if (json) {
            terminal.out().println(Json.write(document));
        } else {
            text.accept(new EscapingWriter(terminal.out()));
        }
    }

    /** Prints statements to standard output, and how to run them to standard error. */
    public void sql(String statements, String how) {
        print(Json.object().put("sql", statements), out -> printSql(out, statements));
        note(how);
    }

    /**
     * Prints statements line by line.
     *
     * @throws Failure if a line has a character that must be escaped, because it would be another statement then
     */
    public static void printSql(PrintWriter out, String statements) {
        statements
                .lines()
                .filter(line -> !TextRule.escaped(line).equals(line))
                .findFirst()
                .ifPresent(line -> {
                    throw Failure.refused(
                            "unprintable_sql",
                            "the statements have control or format characters, in the line " + Failure.shown(line),
                            "rename the object, or add --json, which prints the statements unchanged");
                });
        statements.lines().forEach(out::println);
    }

    /** Prints a note to standard error. */
    public void note(String text) {
        terminal.err().println("pricing: " + TextRule.escaped(terminal.secrets().masked(text)));
        terminal.err().flush();
    }
}
