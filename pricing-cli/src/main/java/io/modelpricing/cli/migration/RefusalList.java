package io.modelpricing.cli.migration;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.compat.Refusal;
import java.io.PrintWriter;
import java.util.List;

/** The refusals of a migration step, as text and as JSON. */
record RefusalList(List<Refusal> refused) {

    private static final int SHOWN = 50;

    ArrayNode json() {
        return refused.stream()
                .map(refusal -> Json.object()
                        .put("kind", refusal.kind().id())
                        .put("name", refusal.name())
                        .put("reason", refusal.reason()))
                .collect(Json.toArray());
    }

    void print(PrintWriter out) {
        int width = refused.stream()
                .mapToInt(refusal -> refusal.kind().id().length())
                .max()
                .orElse(0);
        refused.stream().limit(SHOWN).forEach(refusal -> {
            String kind = refusal.kind().id();
            TextTable.printWrapped(
                    out,
                    "  " + kind + " ".repeat(width - kind.length()) + "  ",
                    refusal.name() + ": " + refusal.reason());
        });
        TextTable.printMore(out, refused.size(), SHOWN);
    }
}
