package io.modelpricing.cli.command;

import static io.modelpricing.cli.output.TextTable.Column.CUT;
import static io.modelpricing.cli.output.TextTable.Column.LEFT;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.AnnouncedPrice;
import io.modelpricing.ModelPricing;
import io.modelpricing.PriceUpdate;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.PriceFormat;
import io.modelpricing.cli.output.TextTable;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;

/** Prints announced prices as text and as JSON. */
final class AnnouncementFormat {

    private AnnouncementFormat() {}

    static ObjectNode json(AnnouncedPrice announced) {
        PriceUpdate update = announced.update();
        ObjectNode document = PriceFormat.json(
                new ModelPricing(update.model(), update.pricing(), 0, update.source(), update.observedAt()));
        document.remove("version");
        return document.put("validFrom", Json.instant(announced.validFrom()))
                .put("due", announced.isDue())
                .put("announcedAt", Json.instant(announced.announcedAt()))
                .put("actor", announced.attribution().actor())
                .put("reason", announced.attribution().reason());
    }

    /**
     * Prints the announced prices as a table.
     *
     * @param heading the heading of the first column, which identifies the announced price
     * @param now a time before they were read: if the start of one had passed then and it is not due, a manual override
     *     was in force
     */
    static void print(
            String heading,
            List<AnnouncedPrice> announced,
            Instant now,
            Function<AnnouncedPrice, String> identified,
            PrintWriter out) {
        TextTable table = new TextTable(CUT, LEFT, LEFT, CUT, CUT, CUT)
                .row(heading, "valid from", "type", "price", "by", "reason");
        for (AnnouncedPrice price : announced) {
            table.row(
                    identified.apply(price),
                    price.validFrom() + state(price, now),
                    price.update().pricing().type().id(),
                    PriceFormat.brief(price.update().pricing()),
                    price.attribution().actor(),
                    requireNonNullElse(price.attribution().reason(), ""));
        }
        table.print(out);
    }

    private static String state(AnnouncedPrice price, Instant now) {
        if (price.isDue()) {
            return " (due)";
        }
        return price.validFrom().isAfter(now) ? "" : " (overridden)";
    }
}
