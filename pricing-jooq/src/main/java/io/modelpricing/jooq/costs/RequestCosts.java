package io.modelpricing.jooq.costs;

import static io.modelpricing.jooq.schema.Tables.MODELS;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_VERSION;
import static io.modelpricing.jooq.schema.Tables.PROVIDERS;
import static io.modelpricing.jooq.schema.Tables.REQUEST_COST;
import static java.util.Objects.requireNonNull;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.currentInstant;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.val;
import static org.jooq.impl.DSL.when;

import io.modelpricing.Attribution;
import io.modelpricing.Charge;
import io.modelpricing.Cost;
import io.modelpricing.RequestId;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.Field;

/**
 * What requests cost: recorded once each, and never changed.
 *
 * <p>Recording is one statement and joins the caller's transaction, so that a request and its cost are kept together or not
 * at all; where that request has a cost already, a second one reads it. While {@code chat_completion_requests} has columns
 * for the cost of a request, the same statement fills those of this one: the total rounded half up, once, to the scale of
 * its column, and its parts so that they sum to it.
 *
 * <p>The schema is that of the context: name it by jOOQ's render mapping. A failing statement throws jOOQ's
 * {@link org.jooq.exception.DataAccessException}. An object of this class is cheap, and can be shared as its context can be.
 */
public final class RequestCosts {

    private final DSLContext ctx;

    /**
     * Makes the records available on a context.
     *
     * @param ctx the context, whose connection and transaction are used as they are
     */
    public RequestCosts(DSLContext ctx) {
        this.ctx = requireNonNull(ctx, "ctx");
    }

    /**
     * Records what a request cost at the provider.
     *
     * @param request the request
     * @param cost its cost; one that is not complete is recorded without a total, and with the units that have no price
     * @return what became of it
     * @throws DifferentCostException if another cost is recorded for the request
     */
    public Recording record(RequestId request, Cost cost) {
        return record(request, CostEntry.of(cost));
    }

    /**
     * Records what a customer is charged for a request.
     *
     * @param request the request
     * @param charge its charge
     * @return what became of it
     * @throws DifferentCostException if another cost is recorded for the request
     */
    public Recording record(RequestId request, Charge charge) {
        return record(request, CostEntry.of(charge));
    }

    /**
     * Records what a request cost, with what is to be kept beside it. Recording the same again changes nothing.
     *
     * @param request the request
     * @param entry its cost
     * @return what became of it
     * @throws DifferentCostException if another cost is recorded for the request
     */
    public Recording record(RequestId request, CostEntry entry) {
        requireNonNull(request, "request");
        if (insert(request, entry, Map.of(REQUEST_COST.NUMBER, inline(1)))) {
            return Recording.RECORDED;
        }
        RecordedCost first = history(request).get(0);
        if (!first.says(entry)) {
            throw new DifferentCostException(first, entry);
        }
        return Recording.ALREADY_RECORDED;
    }

    /**
     * Records that what is recorded of a request was wrong, and what is right. The first record stays, the new one refers to
     * it, and counts. Correcting the same again changes nothing.
     *
     * @param request the request
     * @param entry its right cost
     * @param by who corrects it, with a reason
     * @return what became of it
     * @throws NoSuchElementException if nothing is recorded of the request
     * @throws IllegalArgumentException if the attribution has no reason
     */
    public Recording correct(RequestId request, CostEntry entry, Attribution by) {
        String reason = by.reason();
        if (reason == null || reason.isBlank()) {
            throw new IllegalArgumentException("a correction needs a reason, but " + by.actor() + " gave none");
        }
        while (true) {
            RecordedCost last = find(request)
                    .orElseThrow(() -> new NoSuchElementException(
                            "no cost is recorded for request " + request + ", so there is none to correct"));
            if (last.says(entry)) {
                return Recording.ALREADY_RECORDED;
            }
            boolean isRecorded = insert(
                    request,
                    // A correction is of the same request, which ran when it ran.
                    entry.occurredAt() == null ? entry.at(last.occurredAt()) : entry,
                    Map.of(
                            REQUEST_COST.NUMBER, val(last.number() + 1),
                            REQUEST_COST.CORRECTS, inline(1),
                            REQUEST_COST.ACTOR, val(by.actor()),
                            REQUEST_COST.REASON, val(reason)));
            if (isRecorded) {
                return Recording.RECORDED;
            }
        }
    }

    /**
     * Records that what is recorded of a request was wrong, and what it cost at the provider.
     *
     * @param request the request
     * @param cost its right cost
     * @param by who corrects it, with a reason
     * @return what became of it
     * @throws NoSuchElementException if nothing is recorded of the request
     * @throws IllegalArgumentException if the attribution has no reason
     */
    public Recording correct(RequestId request, Cost cost, Attribution by) {
        return correct(request, CostEntry.of(cost), by);
    }

    /**
     * Finds what a request cost.
     *
     * @param request the request
     * @return the record that counts: the last correction, or the first record; empty if nothing is recorded
     */
    public Optional<RecordedCost> find(RequestId request) {
        return ctx.select(CostColumns.FIELDS)
                .from(REQUEST_COST)
                .where(REQUEST_COST.REQUEST_ID.eq(request.value()))
                .orderBy(REQUEST_COST.NUMBER.desc())
                .limit(1)
                .fetchOptional(CostColumns::read);
    }

    /**
     * Lists all that was ever recorded of a request.
     *
     * @param request the request
     * @return the first record and its corrections, by number
     */
    public List<RecordedCost> history(RequestId request) {
        return ctx.select(CostColumns.FIELDS)
                .from(REQUEST_COST)
                .where(REQUEST_COST.REQUEST_ID.eq(request.value()))
                .orderBy(REQUEST_COST.NUMBER)
                .fetch(CostColumns::read);
    }

    /** Inserts a record unless there is one of its number, with the names that the model has, or had when it was priced. */
    private boolean insert(RequestId request, CostEntry entry, Map<Field<?>, Field<?>> more) {
        Map<Field<?>, Field<?>> values = CostColumns.values(request, entry);
        values.put(
                REQUEST_COST.OCCURRED_AT,
                entry.occurredAt() == null ? currentInstant() : val(entry.occurredAt(), REQUEST_COST.OCCURRED_AT));
        values.put(
                REQUEST_COST.PROVIDER_SLUG,
                when(MODELS.ID.isNull(), MODEL_PRICING_VERSION.PROVIDER_SLUG).else_(PROVIDERS.SLUG));
        values.put(
                REQUEST_COST.PROVIDER_MODEL_ID,
                coalesce(MODELS.PROVIDER_MODEL_ID, MODEL_PRICING_VERSION.PROVIDER_MODEL_ID));
        values.put(REQUEST_COST.CANONICAL_ID, coalesce(MODELS.MODEL_ID, MODEL_PRICING_VERSION.CANONICAL_ID));
        values.putAll(more);
        return ctx.insertInto(REQUEST_COST, values.keySet())
                        .select(select(values.values())
                                .from(selectOne().asTable("one"))
                                .leftJoin(MODELS)
                                .on(MODELS.ID.eq(entry.cost().quote().model()))
                                .leftJoin(PROVIDERS)
                                .on(PROVIDERS.ID.eq(MODELS.PROVIDER_ID))
                                .leftJoin(MODEL_PRICING_VERSION)
                                .on(MODEL_PRICING_VERSION
                                        .MODEL_ID
                                        .eq(entry.cost().quote().model())
                                        .and(MODEL_PRICING_VERSION.NUMBER.eq(
                                                entry.cost().quote().version()))))
                        .onConflict(REQUEST_COST.REQUEST_ID, REQUEST_COST.NUMBER)
                        .doNothing()
                        .execute()
                > 0;
    }
}
