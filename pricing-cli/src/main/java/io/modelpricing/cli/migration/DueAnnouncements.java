package io.modelpricing.cli.migration;

import static io.modelpricing.cli.output.TextTable.Column.CUT;
import static io.modelpricing.cli.output.TextTable.Column.LEFT;
import static io.modelpricing.cli.output.TextTable.Column.RIGHT;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.modelpricing.AnnouncedPrice;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.PriceFormat;
import io.modelpricing.cli.output.TextTable;
import java.io.PrintWriter;
import java.util.List;

/** The announced prices that readers see, and that model_pricing and the legacy columns do not show yet. */
record DueAnnouncements(List<AnnouncedPrice> announced) {

    private static final int SHOWN = 20;

    ArrayNode json() {
        return announced.stream()
                .map(price -> Json.object()
                        .put("modelId", price.update().model().value())
                        .put("validFrom", Json.instant(price.validFrom())))
                .collect(Json.toArray());
    }

    /** Prints the prices; nothing if there are none. */
    void print(PrintWriter out) {
        if (announced.isEmpty()) {
            return;
        }
        out.println();
        out.println(
                "Announced prices that are due: the next write of the model's price, or the next pricing command that"
                        + " writes prices, shows them in model_pricing and the legacy columns.");
        TextTable table = new TextTable(RIGHT, LEFT, CUT).row("model", "valid from", "price");
        announced.stream()
                .limit(SHOWN)
                .forEach(price -> table.row(
                        price.update().model().toString(),
                        price.validFrom().toString(),
                        PriceFormat.brief(price.update().pricing())));
        table.print(out);
        TextTable.printMore(out, announced.size(), SHOWN);
    }
}
