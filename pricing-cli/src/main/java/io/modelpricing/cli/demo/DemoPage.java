package io.modelpricing.cli.demo;

import static io.modelpricing.cli.output.TextTable.Column.RIGHT;

import io.modelpricing.cli.output.TextTable;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.Style;

/**
 * The output of the demo: lines of at most {@value #WIDTH} characters, with colours only on a terminal.
 */
final class DemoPage {

    static final int WIDTH = 100;

    private static final int INDENT = 2;

    private final PrintWriter out;
    private final boolean colored = Ansi.AUTO.enabled();
    private final List<Claim> claims = new ArrayList<>();

    /** A statement that the demo checks, and the result of the check. */
    record Claim(String text, boolean holds) {}

    DemoPage(PrintWriter out) {
        this.out = out;
    }

    void chapter(String title) {
        out.println();
        out.println(styled(Style.bold, title));
        out.flush();
    }

    /** Prints a paragraph. */
    void say(String format, Object... args) {
        wrapped("", INDENT, String.format(Locale.ROOT, format, args));
        out.flush();
    }

    /** Prints wrapped, indented text; the first line starts with {@code before} instead of the indent. */
    private void wrapped(String before, int indent, String text) {
        out.print(before.isEmpty() ? " ".repeat(indent) : before);
        int column = indent;
        for (String word : text.split(" ", -1)) {
            if (column > indent && column + 1 + word.length() > WIDTH) {
                out.println();
                out.print(" ".repeat(indent));
                column = indent;
            }
            out.print(column > indent ? " " + word : word);
            column += word.length() + (column > indent ? 1 : 0);
        }
        out.println();
    }

    /** Prints a line without wrapping it. */
    void line(String text) {
        out.println(" ".repeat(INDENT) + text);
        out.flush();
    }

    /** Runs a step, and prints its name, result and duration in one line. */
    <T> T step(String what, Supplier<T> work, Function<T, String> result) {
        out.print(" ".repeat(INDENT) + what + " ... ");
        out.flush();
        long start = System.nanoTime();
        T done;
        try {
            done = work.get();
        } catch (RuntimeException e) {
            out.println();
            throw e;
        }
        String took = String.format(Locale.ROOT, "(%.2f s)", (System.nanoTime() - start) / 1e9);
        out.println(result.apply(done) + " " + styled(Style.faint, took));
        out.flush();
        return done;
    }

    /** Prints a table whose first row is its header. */
    void table(TextTable table) {
        StringWriter text = new StringWriter();
        table.print(new PrintWriter(text));
        List<String> lines = text.toString().lines().toList();
        int width = lines.stream().mapToInt(String::length).max().orElse(0);
        out.println();
        out.println(styled(Style.bold, lines.get(0)));
        out.println(" ".repeat(INDENT) + "-".repeat(width - INDENT));
        lines.stream().skip(1).forEach(out::println);
        out.println();
        out.flush();
    }

    /** Returns whether the output was closed, as when a pipe ends. */
    boolean isClosed() {
        return out.checkError();
    }

    /** Adds a claim, printed at the end with the result of its check. */
    void claim(boolean holds, String format, Object... args) {
        claims.add(new Claim(String.format(Locale.ROOT, format, args), holds));
    }

    /** Prints every claim, and returns whether all of them hold. */
    boolean verdict() {
        for (Claim claim : claims) {
            String mark = claim.holds() ? styled(Style.fg_green, "ok      ") : styled(Style.fg_red, "FAILED  ");
            wrapped(" ".repeat(INDENT) + mark, INDENT + 8, claim.text());
        }
        out.flush();
        return claims.stream().allMatch(Claim::holds);
    }

    private String styled(Style style, String text) {
        // Not style.off(): its code for the end of bold means double underline on some terminals.
        return colored ? style.on() + text + Style.reset.on() : text;
    }

    /** Returns an amount with a number of decimals, which must be enough for all of its digits. */
    static String usd(BigDecimal amount, int decimals) {
        DecimalFormat format =
                new DecimalFormat("$#,##0." + "0".repeat(decimals), DecimalFormatSymbols.getInstance(Locale.ROOT));
        format.setRoundingMode(RoundingMode.UNNECESSARY);
        return format.format(amount);
    }

    static String usd(BigDecimal amount) {
        return usd(amount, decimals(List.of(amount)));
    }

    /** Returns the number of decimals that shows all digits of every amount. */
    static int decimals(Iterable<BigDecimal> amounts) {
        int decimals = 2;
        for (BigDecimal amount : amounts) {
            decimals = Math.max(decimals, amount.stripTrailingZeros().scale());
        }
        return decimals;
    }

    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** Returns left-aligned columns followed by right-aligned ones. */
    static TextTable.Column[] columns(int left, int right) {
        TextTable.Column[] columns = new TextTable.Column[left + right];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = i < left ? TextTable.Column.LEFT : RIGHT;
        }
        return columns;
    }
}
