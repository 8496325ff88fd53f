package io.modelpricing.cli.output;

import static java.util.stream.Collectors.joining;

import io.modelpricing.TextRule;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Rows of text in aligned columns. Columns of kind {@link Column#CUT} are shortened until a line fits a terminal. */
public final class TextTable {

    private static final int WIDTH = 100;
    private static final int INDENT = 2;
    private static final int GAP = 2;

    /** The alignment of a column. */
    public enum Column {
        /** Left-aligned, never shortened. */
        LEFT,
        /** Right-aligned, never shortened: for numbers. */
        RIGHT,
        /** Left-aligned, shortened where the line is too long. */
        CUT
    }

    private final List<Column> columns;
    private final List<List<String>> rows = new ArrayList<>();

    public TextTable(Column... columns) {
        this.columns = List.of(columns);
    }

    public TextTable row(String... cells) {
        rows.add(Arrays.stream(cells).map(TextRule::escaped).toList());
        return this;
    }

    /** Prints a sentence in lines that fit a terminal; continuation lines are indented by the length of the prefix. */
    public static void printWrapped(PrintWriter out, String prefix, String text) {
        StringBuilder line = new StringBuilder(prefix);
        for (String word : text.split(" ", -1)) {
            if (line.length() + word.length() > WIDTH && line.length() > prefix.length()) {
                out.println(line.toString().stripTrailing());
                line = new StringBuilder(" ".repeat(prefix.length()));
            }
            line.append(word).append(' ');
        }
        out.println(line.toString().stripTrailing());
    }

    /** Prints that a list has more rows than the table shows, if it has. */
    public static void printMore(PrintWriter out, int all, int shown) {
        if (all > shown) {
            out.println("  … and " + (all - shown) + " more; --json lists all");
        }
    }

    /** Returns counts in one line, such as {@code 2 paid, 1 free}. */
    public static String counts(Map<?, ? extends Number> counts) {
        return counts.entrySet().stream()
                .map(count -> count.getValue() + " " + count.getKey())
                .collect(joining(", "));
    }

    public void print(PrintWriter out) {
        int[] widths = IntStream.range(0, columns.size())
                .map(i ->
                        rows.stream().mapToInt(row -> length(row.get(i))).max().orElse(0))
                .toArray();
        int excess = INDENT + IntStream.of(widths).sum() + GAP * (widths.length - 1) - WIDTH;
        for (int i = widths.length - 1; i >= 0; i--) {
            if (columns.get(i) == Column.CUT && excess > 0) {
                int cut = Math.min(excess, Math.max(0, widths[i] - 12));
                widths[i] -= cut;
                excess -= cut;
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                line.append(" ".repeat(i == 0 ? INDENT : GAP)).append(cell(columns.get(i), row.get(i), widths[i]));
            }
            out.println(line.toString().stripTrailing());
        }
    }

    private static String cell(Column column, String text, int width) {
        if (length(text) > width) {
            return text.substring(0, text.offsetByCodePoints(0, width - 1)) + "…";
        }
        String space = " ".repeat(width - length(text));
        return column == Column.RIGHT ? space + text : text + space;
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
