package io.modelpricing.cli.migration;

import static io.modelpricing.cli.output.TextTable.Column.CUT;
import static io.modelpricing.cli.output.TextTable.Column.LEFT;

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
        TextTable table = new TextTable(LEFT, CUT, CUT);
        refused.stream()
                .limit(SHOWN)
                .forEach(refusal -> table.row(refusal.kind().id(), refusal.name(), refusal.reason()));
        table.print(out);
        TextTable.printMore(out, refused.size(), SHOWN);
    }
}
