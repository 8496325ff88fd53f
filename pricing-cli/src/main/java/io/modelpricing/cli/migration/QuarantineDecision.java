package io.modelpricing.cli.migration;

import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_QUARANTINE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.jooq.impl.DSL.currentInstant;

import io.modelpricing.Attribution;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.Json;
import io.modelpricing.jooq.schema.tables.records.ModelPricingQuarantineRecord;
import org.jooq.DSLContext;
import picocli.CommandLine.Parameters;

/** One entry of the quarantine that is decided on. */
final class QuarantineDecision {

    @Parameters(paramLabel = "ID", description = "The number of the entry, as the list shows it.")
    private long id;

    /** Locks the entry until the transaction ends. */
    ModelPricingQuarantineRecord open(DSLContext ctx) {
        ModelPricingQuarantineRecord entry = ctx.selectFrom(MODEL_PRICING_QUARANTINE)
                .where(MODEL_PRICING_QUARANTINE.ID.eq(id))
                .forUpdate()
                .fetchOne();
        if (entry == null) {
            throw Failure.refused(
                    "unknown_entry", "there is no entry " + id + " in the quarantine", "see: pricing quarantine");
        }
        if (entry.getResolution() != null) {
            throw Failure.refused(
                    "already_decided",
                    "entry " + id + " was " + entry.getResolution() + " by " + entry.getResolvedBy() + " at "
                            + entry.getResolvedAt() + ": " + entry.getResolutionReason(),
                    "there is nothing to decide");
        }
        return entry;
    }

    void close(DSLContext ctx, String resolution, Attribution by) {
        ctx.update(MODEL_PRICING_QUARANTINE)
                .set(MODEL_PRICING_QUARANTINE.RESOLUTION, resolution)
                .set(MODEL_PRICING_QUARANTINE.RESOLVED_AT, currentInstant())
                .set(MODEL_PRICING_QUARANTINE.RESOLVED_BY, by.actor())
                .set(MODEL_PRICING_QUARANTINE.RESOLUTION_REASON, by.reason())
                .where(MODEL_PRICING_QUARANTINE.ID.eq(id))
                .execute();
    }

    long id() {
        return id;
    }

    static OriginalRow original(ModelPricingQuarantineRecord entry) {
        return new OriginalRow(Json.read(entry.getOriginal().data().getBytes(UTF_8)));
    }
}
