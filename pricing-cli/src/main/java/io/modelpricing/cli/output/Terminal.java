package io.modelpricing.cli.output;

import java.io.InputStream;
import java.io.PrintWriter;
import java.util.Map;

/** Where a command reads from and writes to. */
public record Terminal(PrintWriter out, PrintWriter err, Map<String, String> env, InputStream in) {}
