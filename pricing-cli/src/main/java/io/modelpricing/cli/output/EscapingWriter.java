package io.modelpricing.cli.output;

import io.modelpricing.TextRule;
import java.io.PrintWriter;

/**
 * Escapes the control and format characters of what is printed, so that text of the database, the user or the server
 * never controls a terminal. Only {@code println} begins a line.
 */
final class EscapingWriter extends PrintWriter {

    EscapingWriter(PrintWriter out) {
        super(out);
    }

    @Override
    public void write(String text, int offset, int length) {
        String escaped = TextRule.escaped(text.substring(offset, offset + length));
        super.write(escaped, 0, escaped.length());
    }

    @Override
    public void write(char[] text, int offset, int length) {
        write(new String(text, offset, length), 0, length);
    }

    @Override
    public void write(int character) {
        write(String.valueOf((char) character), 0, 1);
    }

    @Override
    public void println() {
        String separator = System.lineSeparator();
        super.write(separator, 0, separator.length());
    }
}
