package io.modelpricing.cli.output;

import com.fasterxml.jackson.databind.JsonNode;
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

    /** Prints the document if {@code --json} is given, else the text. */
    public void print(JsonNode document, Consumer<PrintWriter> text) {
        if (json) {
            terminal.out().println(Json.write(document));
        } else {
            text.accept(terminal.out());
        }
    }

    /** Prints statements to standard output, and how to run them to standard error. */
    public void sql(String statements, String how) {
        print(Json.object().put("sql", statements), out -> out.print(statements));
        note(how);
    }

    /** Prints a note to standard error. */
    public void note(String text) {
        terminal.err().println("pricing: " + Secrets.masked(TextTable.printable(text)));
        terminal.err().flush();
    }
}
