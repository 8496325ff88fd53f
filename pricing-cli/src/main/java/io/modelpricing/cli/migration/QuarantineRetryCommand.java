package io.modelpricing.cli.migration;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.Attribution;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.PriceUpdate;
import io.modelpricing.PriceVersion;
import io.modelpricing.Pricing;
import io.modelpricing.PricingRepository;
import io.modelpricing.UpsertOutcome;
import io.modelpricing.ValidFrom;
import io.modelpricing.cli.database.AttributionOptions;
import io.modelpricing.cli.database.DatabaseCommand;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.PriceFormat;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.compat.Populate;
import io.modelpricing.jooq.JooqPricingRepository;
import io.modelpricing.jooq.schema.tables.records.ModelPricingQuarantineRecord;
import java.util.List;
import org.jooq.Configuration;
import org.jooq.DSLContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Reads the price of a quarantine entry again. */
@Command(
        name = "retry",
        description =
                "Read the original of an entry again, and use it as the model's price if it can be interpreted now.")
public final class QuarantineRetryCommand extends DatabaseCommand {

    @Mixin
    private final AttributionOptions attribution = new AttributionOptions();

    @Mixin
    private final QuarantineDecision decision = new QuarantineDecision();

    public QuarantineRetryCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected ExitCode run() {
        Attribution by = attribution.attribution();
        try (Session session = openSession()) {
            ModelPricing stored =
                    session.ctx().transactionResult((Configuration transaction) -> retry(transaction.dsl(), by));
            ObjectNode document = Json.object()
                    .put("result", "retried")
                    .put("id", decision.id())
                    .put("modelId", stored.model().value())
                    .setAll(PriceFormat.json(stored));
            output.print(document, out -> {
                out.println("Entry " + decision.id() + " of model " + stored.model() + " is its price now: "
                        + TextTable.printable(PriceFormat.summary(stored)));
                PriceFormat.print(stored.pricing(), out);
            });
            return ExitCode.DONE;
        }
    }

    private ModelPricing retry(DSLContext ctx, Attribution by) {
        ModelPricingQuarantineRecord entry = decision.open(ctx);
        PricingRepository prices = new JooqPricingRepository(ctx);
        ModelId model = entry.getModelId();
        ModelPricing current = prices.find(model)
                .orElseThrow(() -> Failure.refused(
                        "unknown_model",
                        "model " + model + " of entry " + decision.id() + " was deleted",
                        "settle it with: pricing quarantine accept " + decision.id()));
        if (isOfModels(entry)) {
            return reread(ctx, entry, current, by);
        }
        if (!(current.pricing() instanceof Pricing.Missing)) {
            throw hasPrice(current);
        }
        OriginalRow original = QuarantineDecision.original(entry);
        write(prices, model, pricing(entry, original), original, entry, by);
        decision.close(ctx, "retried", by);
        return prices.find(model).orElseThrow();
    }

    private static boolean isOfModels(ModelPricingQuarantineRecord entry) {
        return entry.getOrigin().equals("models");
    }

    /** Reads the current legacy cells. */
    private ModelPricing reread(
            DSLContext ctx, ModelPricingQuarantineRecord entry, ModelPricing current, Attribution by) {
        ModelId model = entry.getModelId();
        PricingRepository prices = new JooqPricingRepository(ctx);
        List<PriceVersion> versions = prices.versions(model);
        if (!(current.pricing() instanceof Pricing.Missing)
                && versions.get(versions.size() - 1).recordedAt().isAfter(entry.getQuarantinedAt())) {
            throw hasPrice(current);
        }
        // Before the reading, which would settle the entry in its own words.
        decision.close(ctx, "retried", by);
        List<Populate.Refused> refused;
        try {
            refused = Populate.importModel(ctx, model, by);
        } catch (IllegalStateException e) {
            throw unreadable(entry, String.valueOf(e.getMessage()));
        }
        if (!refused.isEmpty()) {
            throw unreadable(
                    entry, refused.stream().map(Populate.Refused::reason).collect(joining("; ")));
        }
        return prices.find(model).orElseThrow();
    }

    private Failure hasPrice(ModelPricing current) {
        return Failure.refused(
                "refused",
                "model " + current.model() + " has had a price since: " + PriceFormat.summary(current),
                "settle it with: pricing quarantine accept " + decision.id());
    }

    private Pricing pricing(ModelPricingQuarantineRecord entry, OriginalRow original) {
        try {
            return original.pricing();
        } catch (IllegalArgumentException e) {
            throw unreadable(entry, String.valueOf(e.getMessage()));
        }
    }

    private Failure unreadable(ModelPricingQuarantineRecord entry, String why) {
        return Failure.refused(
                "still_unreadable",
                "entry " + decision.id() + " of model " + entry.getModelId() + " still cannot be read: " + why,
                "if you know the price: pricing set " + entry.getModelId() + " ..., then: pricing quarantine accept "
                        + decision.id());
    }

    /** Writes the original as a correction without a start date, because it is not known when it became valid. */
    private static void write(
            PricingRepository prices,
            ModelId model,
            Pricing pricing,
            OriginalRow original,
            ModelPricingQuarantineRecord entry,
            Attribution by) {
        UpsertOutcome outcome = original.source().isManual()
                ? prices.setManual(model, pricing, by)
                : prices.correct(
                        new PriceUpdate(
                                model, pricing, original.source(), original.observedAt(entry.getQuarantinedAt())),
                        ValidFrom.noStartDate(),
                        by);
        if (outcome.result().isRejection()) {
            throw Failure.refused("refused", outcome.message(), "see: pricing show " + model);
        }
    }
}
