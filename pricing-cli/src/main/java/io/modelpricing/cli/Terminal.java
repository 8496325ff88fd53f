package io.modelpricing.cli;

import java.io.InputStream;
import java.io.PrintWriter;
import java.util.Map;

/** Where a command reads from and writes to. */
record Terminal(PrintWriter out, PrintWriter err, Map<String, String> env, InputStream in) {}
