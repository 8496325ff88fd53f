package io.modelpricing.cli.output;

import java.io.InputStream;
import java.io.PrintWriter;
import java.util.Map;

/** The streams and the environment variables of a command. */
public record Terminal(PrintWriter out, PrintWriter err, Map<String, String> env, InputStream in) {}
