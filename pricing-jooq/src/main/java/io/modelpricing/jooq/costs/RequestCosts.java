package io.modelpricing.jooq.costs;

import static io.modelpricing.jooq.schema.Tables.MODELS;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_VERSION;
import static io.modelpricing.jooq.schema.Tables.PROVIDERS;
import static io.modelpricing.jooq.schema.Tables.REQUEST_COST;
import static java.util.Objects.requireNonNull;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.currentInstant;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;
import static org.jooq.impl.DSL.when;

import io.modelpricing.Attribution;
import io.modelpricing.Charge;
import io.modelpricing.Cost;
import io.modelpricing.RequestId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Records and reads the cost of requests. A record is never changed; a correction is a further record.
 *
 * <p>Recording is one statement and joins the caller's transaction, so that a request and its cost are committed
 * together; a second statement reads the cost that a request already has. While {@code chat_completion_requests} has
 * cost columns, the same statement fills those of the request: the total is rounded once, half up, to the scale of its
 * column, and input and output sum to it. The row must exist by then; {@link #fillColumns} fills columns of rows that
 * were inserted later.
 *
 * <p>The context's render mapping names the schema. A failed statement throws jOOQ's
 * {@link org.jooq.exception.DataAccessException}. Objects of this class are cheap, and as thread-safe as their context.
 */
public final class RequestCosts {

    private final DSLContext ctx;

    /**
     * Creates a recorder on a context.
     *
     * @param ctx the context, whose connection and transaction are used as they are
     */
    public RequestCosts(DSLContext ctx) {
        this.ctx = requireNonNull(ctx, "ctx");
    }

    /**
     * Records the cost of a request at the provider.
     *
     * @param request the request
     * @param cost its cost; a cost that is not complete is recorded without a total, and with the units that have no
     *     price
     * @return what was recorded
     * @throws DifferentCostException if a different cost is recorded for the request
     */
    public Recording record(RequestId request, Cost cost) {
        return record(request, CostEntry.of(cost));
    }

    /**
     * Records what a customer is charged for a request.
     *
     * @param request the request
     * @param charge its charge
     * @return what was recorded
     * @throws DifferentCostException if a different cost is recorded for the request
     */
    public Recording record(RequestId request, Charge charge) {
        return record(request, CostEntry.of(charge));
    }

    /**
     * Records the cost of a request, with what is kept beside it. Recording the same cost again writes nothing.
     *
     * @param request the request
     * @param entry its cost
     * @return what was recorded
     * @throws DifferentCostException if a different cost is recorded for the request
     */
    public Recording record(RequestId request, CostEntry entry) {
        requireNonNull(request, "request");
        Recording recording = insert(request, entry, Map.of(REQUEST_COST.NUMBER, inline(1)));
        if (recording == Recording.ALREADY_RECORDED) {
            RecordedCost first = history(request).get(0);
            if (!first.matches(entry)) {
                throw new DifferentCostException(first, entry);
            }
        }
        return recording;
    }

    /**
     * Corrects the recorded cost of a request at the provider. Basis, markup, reported amount, own key,
     * attributes and time stay as they are recorded: the correction of a charge is a charge with the same markup.
     *
     * @param request the request
     * @param cost the right cost
     * @param by the actor that corrects it, with a reason
     * @return what was recorded
     * @throws NoSuchElementException if no cost is recorded for the request
     * @throws IllegalArgumentException if the attribution has no reason
     */
    public Recording correct(RequestId request, Cost cost, Attribution by) {
        return correct(request, CostCorrection.of(cost), by);
    }

    /**
     * Corrects the recorded cost of a request to a charge. Reported amount, own key, attributes and
     * time stay as they are recorded.
     *
     * @param request the request
     * @param charge the right charge
     * @param by the actor that corrects it, with a reason
     * @return what was recorded
     * @throws NoSuchElementException if no cost is recorded for the request
     * @throws IllegalArgumentException if the attribution has no reason
     */
    public Recording correct(RequestId request, Charge charge, Attribution by) {
        return correct(request, CostCorrection.of(charge), by);
    }

    /**
     * Corrects the recorded cost of a request by a further record, which becomes the request's cost. The first record
     * stays. What the correction does not state is taken from the last record. Correcting to the same cost again writes
     * nothing.
     *
     * @param request the request
     * @param correction what is right
     * @param by the actor that corrects it, with a reason
     * @return what was recorded
     * @throws NoSuchElementException if no cost is recorded for the request
     * @throws IllegalArgumentException if the attribution has no reason, or the corrected entry would be invalid, for
     *     example have more than four attributes
     */
    public Recording correct(RequestId request, CostCorrection correction, Attribution by) {
        String reason = by.reason();
        if (reason == null) {
            throw new IllegalArgumentException(
                    "a correction must have a reason, but " + by.actor() + " gave none; add it with because(...)");
        }
        Recording recording;
        do {
            RecordedCost last = find(request)
                    .orElseThrow(() -> new NoSuchElementException(
                            "no cost is recorded for request " + request + "; use record() to record its first cost"));
            CostEntry entry = correction.after(last);
            if (last.matches(entry) && last.isAt(entry.occurredAt())) {
                return Recording.ALREADY_RECORDED;
            }
            recording = insert(
                    request,
                    entry,
                    Map.of(
                            REQUEST_COST.NUMBER, val(last.provenance().number() + 1),
                            REQUEST_COST.CORRECTS, inline(1),
                            REQUEST_COST.ACTOR, val(by.actor()),
                            REQUEST_COST.REASON, val(reason)));
            // Another transaction has recorded a correction of the same number: this one follows it.
        } while (recording == Recording.ALREADY_RECORDED);
        return recording;
    }

    /**
     * Fills the cost columns of {@code chat_completion_requests} for requests whose cost was recorded before their rows
     * were inserted. Columns that already have the recorded amounts are not written.
     *
     * @param requests the requests; those without a row or without a recorded cost are ignored
     * @return how many rows were updated; 0 if the table has no cost columns
     */
    public long fillColumns(Collection<RequestId> requests) {
        return ctx.fetchSingle(
                        "select f from {0}({1}) f",
                        table(name("model_pricing_fill_request_costs")),
                        val(requests.stream().map(RequestId::value).toArray(String[]::new)))
                .get(0, Long.class);
    }

    /**
     * Finds the cost of a request.
     *
     * @param request the request
     * @return its last record; empty if no cost is recorded
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
     * Lists every record of a request.
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

    /**
     * Inserts a record unless its number exists. The model's names are the current ones; if it was deleted, those of
     * the price.
     */
    private Recording insert(RequestId request, CostEntry entry, Map<Field<?>, Field<?>> more) {
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
        Field<Boolean> isAbsent = field(
                "{0}({1})", SQLDataType.BOOLEAN, table(name("model_pricing_request_is_absent")), val(request.value()));
        @Nullable
        Boolean absent = ctx.insertInto(REQUEST_COST, values.keySet())
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
                .returningResult(isAbsent)
                .fetchOne(isAbsent);
        if (absent == null) {
            return Recording.ALREADY_RECORDED;
        }
        return absent ? Recording.RECORDED_BEFORE_REQUEST : Recording.RECORDED;
    }
}
