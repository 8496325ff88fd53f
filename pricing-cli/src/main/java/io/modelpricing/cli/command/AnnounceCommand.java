package io.modelpricing.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.AnnouncedPrice;
import io.modelpricing.Attribution;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.UpsertOutcome;
import io.modelpricing.cli.database.ResolvedModel;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.PriceFormat;
import io.modelpricing.cli.output.Terminal;
import java.time.Instant;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Announces a price. It takes the prices as the set command does. */
@Command(
        name = "announce",
        description = {
            "Announce the price of a model from a later time on.",
            "It takes effect at that time by itself, unless a manual override is in force then."
        },
        footer = {
            "",
            "Example: pricing announce openai/gpt-4o --from 2027-01-01T00:00:00Z --input 2 --output 8 --unit per-1m"
                    + " --reason \"announced on the provider's blog\"",
            "",
            "pricing announcements lists the announced prices, and pricing withdraw withdraws one."
        })
final class AnnounceCommand extends SetCommand {

    @Option(
            names = "--from",
            paramLabel = "INSTANT",
            required = true,
            description = "First instant at which the price applies, in the future, such as 2027-01-01T00:00:00Z.")
    private String from = "";

    @Option(
            names = "--source",
            paramLabel = "NAME",
            description = "Source that announced the price. Default: ${DEFAULT-VALUE}.",
            defaultValue = "provider")
    private String source = "";

    AnnounceCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected ExitCode run() {
        announcer();
        InstantFormat.parseStored(from);
        return super.run();
    }

    private PricingSource announcer() {
        PricingSource announcer;
        try {
            announcer = new PricingSource(source);
        } catch (IllegalArgumentException e) {
            throw Failure.usage(
                    "invalid_announcement", String.valueOf(e.getMessage()), "write a name, such as --source provider");
        }
        if (announcer.isManual()) {
            throw Failure.usage(
                    "invalid_announcement",
                    "--source must not be manual, because a manual override cannot be announced",
                    "name the source that announced the price, such as --source provider, or set a manual override"
                            + " that applies now with: " + database.command("set"));
        }
        return announcer;
    }

    @Override
    void write(Session session, ResolvedModel named, Pricing pricing, Attribution by) {
        Instant validFrom = InstantFormat.parseStored(from);
        PriceUpdate update = new PriceUpdate(named.id(), pricing, announcer(), session.now());
        UpsertOutcome outcome;
        try {
            outcome = session.prices().announce(update, validFrom, by);
        } catch (IllegalArgumentException e) {
            Instant now = session.now();
            if (validFrom.isAfter(now)) {
                throw e;
            }
            throw Failure.usage(
                    "invalid_announcement",
                    "--from must be in the future, but was " + validFrom + "; the database's clock is at " + now,
                    "set a price that applies now with: " + database.command("set " + named.id()));
        }
        requireWritten(session, named, outcome);
        String result = outcome.result().name().toLowerCase(Locale.ROOT);
        AnnouncedPrice announced = session.prices().announcements(named.id()).stream()
                .filter(price -> price.validFrom().equals(validFrom))
                .findFirst()
                .orElseThrow(() -> Failure.refused(
                        "withdrawn",
                        "the price announced for " + validFrom + " was withdrawn or applied meanwhile",
                        "see: " + database.command("show " + named.id())));
        ObjectNode document = Json.object().put("result", result);
        document.set("model", named.json());
        document.set("announcement", AnnouncementFormat.json(announced));
        output.print(document, out -> {
            out.println(named.title() + ": " + result + ", "
                    + announced.update().pricing().type() + " from " + validFrom);
            PriceFormat.print(announced.update().pricing(), out);
        });
    }
}
