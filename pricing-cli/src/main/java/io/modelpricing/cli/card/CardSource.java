package io.modelpricing.cli.card;

import io.modelpricing.cli.output.Failure;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Where a card is read from, as errors name it.
 *
 * @param name the name of the file, or "standard input"
 */
record CardSource(String name) {

    Failure failure(int line, String message, String remedy) {
        return failure(List.of(line), message, remedy);
    }

    Failure failure(List<Integer> lines, String message, String remedy) {
        List<Integer> distinct = lines.stream().distinct().sorted().toList();
        String where = distinct.stream()
                .map(String::valueOf)
                .collect(Collectors.joining(", "))
                .replaceFirst(", ([0-9]+)$", " and $1");
        return Failure.usage(
                "malformed_card",
                name + ", line" + (distinct.size() == 1 ? " " : "s ") + where + ": " + message,
                remedy + "; nothing was written");
    }
}
