package io.modelpricing.cli.output;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** How a command answers: for people, or as one JSON document. */
public final class OutputOptions {

    private final Terminal terminal;

    @Option(names = "--json", description = "Answer with one JSON document; prices and costs are text.")
    private boolean json;

    @Option(names = "--verbose", description = "Show stack traces.")
    private boolean verbose;

    public OutputOptions(Terminal terminal) {
        this.terminal = terminal;
    }

    public void print(JsonNode document, Consumer<PrintWriter> text) {
        if (json) {
            terminal.out().println(Json.write(document));
        } else {
            text.accept(terminal.out());
        }
    }

    /** Answers with statements to be run by another tool. */
    public void sql(String statements, String how) {
        print(Json.object().put("sql", statements), out -> out.print(statements));
        note(how);
    }

    public boolean isJson() {
        return json;
    }

    public boolean isVerbose() {
        return verbose;
    }

    /** Says something that is not part of the answer. */
    public void note(String text) {
        terminal.err().println("pricing: " + Secrets.hidden(TextTable.printable(text)));
        terminal.err().flush();
    }
}
