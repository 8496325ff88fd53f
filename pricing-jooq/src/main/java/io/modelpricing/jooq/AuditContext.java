package io.modelpricing.jooq;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.jsonbObject;
import static org.jooq.impl.DSL.key;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectCount;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;

import io.modelpricing.Attribution;
import io.modelpricing.PriceVersion;
import io.modelpricing.ValidFrom;
import java.util.ArrayList;
import java.util.List;
import org.jooq.CommonTableExpression;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.JSONEntry;
import org.jooq.Table;
import org.jooq.impl.SQLDataType;

/**
 * The actor and the reason of a statement's changes; for a correction also the instant from which it applies.
 *
 * <p>Triggers read it from the setting {@code model_pricing.audit_context}, which the statement itself sets. The
 * setting lasts until the end of the transaction, so it has the timestamp of its statement: triggers ignore it in later
 * statements.
 */
final class AuditContext {

    /** The one row of {@link #audited}. */
    static final Table<?> AUDITED = table("{0}", name("audited")).as("audited");

    private final List<JSONEntry<?>> entries;
    private final ValidFrom validFrom;

    private AuditContext(List<JSONEntry<?>> entries, ValidFrom validFrom) {
        this.entries = entries;
        this.validFrom = validFrom;
    }

    static AuditContext of(Attribution by) {
        return new AuditContext(
                List.of(
                        key("actor").value(val(by.actor())),
                        key("reason").value(val(by.reason(), SQLDataType.VARCHAR))),
                ValidFrom.noStartDate());
    }

    /**
     * Returns the audit context of a change that needs a reason.
     *
     * @throws IllegalArgumentException if the attribution has no reason
     */
    static AuditContext withReason(Attribution by) {
        if (by.reason() == null) {
            throw new IllegalArgumentException("the change by " + by.actor()
                    + " has no reason, but a manual change needs one; add it with Attribution.because(...)");
        }
        return of(by);
    }

    /** Returns this context for prices whose first version has no start date. */
    AuditContext firstWithoutStartDate() {
        return plus(validFrom, key("firstHasNoStartDate").value(inline(true)));
    }

    /**
     * Returns this context for corrections.
     *
     * @param from when the correct price began to apply
     */
    AuditContext correctingFrom(ValidFrom from) {
        return plus(
                from,
                key("kind").value(inline(PriceVersion.Kind.CORRECTION.id())),
                key("validFrom").value(val(from.instant().orElse(null), SQLDataType.INSTANT)));
    }

    private AuditContext plus(ValidFrom from, JSONEntry<?>... more) {
        List<JSONEntry<?>> all = new ArrayList<>(entries);
        all.addAll(List.of(more));
        return new AuditContext(all, from);
    }

    /** Returns when the correct price began to apply; no start date if this is not a correction. */
    ValidFrom validFrom() {
        return validFrom;
    }

    /** Returns this context as JSON, without the timestamp of the statement. */
    Field<JSONB> json() {
        return jsonbObject(entries);
    }

    /** Returns the part of a statement that sets the context, after another part has run. */
    CommonTableExpression<?> audited(Table<?> after) {
        return name("audited")
                .asMaterialized(select(field(
                                        "set_config('model_pricing.audit_context', ({0} || "
                                                + "jsonb_build_object('statement', statement_timestamp()::text))::text,"
                                                + " true)",
                                        SQLDataType.CLOB, json())
                                .as("context"))
                        .from(selectCount().from(after).asTable("after")));
    }
}
