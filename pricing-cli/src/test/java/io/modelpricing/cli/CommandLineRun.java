package io.modelpricing.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;

/** What a run of the command left: its exit code, and what it printed. */
record CommandLineRun(int exitCode, String out, String err) {

    static CommandLineRun of(Map<String, String> environment, String input, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Pricing.run(
                args,
                new PrintWriter(out),
                new PrintWriter(err),
                environment,
                new ByteArrayInputStream(input.getBytes(UTF_8)));
        return new CommandLineRun(exitCode, out.toString(), err.toString());
    }

    /** Returns the one document on standard output. */
    JsonNode json() {
        return Json.read(out.getBytes(UTF_8));
    }

    List<JsonNode> jsonLines() {
        return out.lines().map(line -> Json.read(line.getBytes(UTF_8))).toList();
    }

    String errorKind() {
        return json().path("error").path("kind").asText();
    }

    String all() {
        return out + err;
    }
}
