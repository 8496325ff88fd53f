package io.modelpricing.cli.migration;

import static io.modelpricing.cli.output.TextTable.Column.CUT;
import static io.modelpricing.cli.output.TextTable.Column.LEFT;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.compat.ImplausibleUnit;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** Prices whose declared unit may be wrong, as text and as JSON. They are reported and never changed. */
record ImplausibleUnits(List<ImplausibleUnit> prices) {

    private static final int SHOWN = 20;

    ArrayNode json() {
        return prices.stream()
                .map(price -> Json.object()
                        .put("modelId", price.model().value())
                        .put("column", price.column().id())
                        .put("unit", price.unit().id())
                        .put("price", Json.money(price.price()))
                        .put("neighbours", price.neighbours().name().toLowerCase(Locale.ROOT))
                        .put("median", Json.money(price.median())))
                .collect(Json.toArray());
    }

    void print(PrintWriter out) {
        if (prices.isEmpty()) {
            return;
        }
        out.println();
        out.println("Prices far from comparable ones; check their declared unit. They were not changed:");
        TextTable table = new TextTable(LEFT, CUT);
        prices.stream().limit(SHOWN).forEach(price -> table.row(price.model().toString(), text(price)));
        table.print(out);
        TextTable.printMore(out, prices.size(), SHOWN);
    }

    private static String text(ImplausibleUnit price) {
        return price.column() + " " + price.unit() + " is " + Json.money(price.price()) + " USD per unit; "
                + switch (price.neighbours()) {
                    case SAME_MODEL -> "median of the same model at other providers ";
                    case SAME_PROVIDER -> "median of the same provider ";
                    case ALL_MODELS -> "median of all models ";
                }
                + Json.money(price.median());
    }
}
