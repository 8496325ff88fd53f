package io.modelpricing.cli.output;

import java.io.InputStream;
import java.io.PrintWriter;
import java.util.Map;

/**
 * The streams and the environment variables of a command, and the secrets that it must not print.
 *
 * @param out standard output
 * @param err standard error
 * @param env the environment variables
 * @param in standard input
 * @param secrets the secrets; commands add the ones that they use
 */
public record Terminal(PrintWriter out, PrintWriter err, Map<String, String> env, InputStream in, Secrets secrets) {

    public Terminal(PrintWriter out, PrintWriter err, Map<String, String> env, InputStream in) {
        this(out, err, env, in, new Secrets());
    }
}
