package io.modelpricing.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.Terminal;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;

/** The exit code and the output of a run of the command line. */
public record CommandLineRun(int exitCode, String out, String err) {

    public static CommandLineRun of(Map<String, String> environment, String input, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = run(
                args,
                new Terminal(
                        new PrintWriter(out),
                        new PrintWriter(err),
                        environment,
                        new ByteArrayInputStream(input.getBytes(UTF_8))));
        return new CommandLineRun(exitCode, out.toString(), err.toString());
    }

    /** Runs the command line in this process, and returns its exit code. */
    public static int run(String[] args, Terminal terminal) {
        return PricingCommand.run(args, terminal);
    }

    /** Returns the JSON document on standard output. */
    public JsonNode json() {
        return Json.read(out.getBytes(UTF_8));
    }

    public List<JsonNode> jsonLines() {
        return out.lines().map(line -> Json.read(line.getBytes(UTF_8))).toList();
    }

    public String errorKind() {
        return json().path("error").path("kind").asText();
    }

    public String all() {
        return out + err;
    }
}
