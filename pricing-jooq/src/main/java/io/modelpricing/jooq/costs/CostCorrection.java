package io.modelpricing.jooq.costs;

import static java.util.Objects.requireNonNull;

import io.modelpricing.Charge;
import io.modelpricing.Cost;
import io.modelpricing.Markup;
import io.modelpricing.Usd;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A correction of a recorded cost. It states the right cost. The basis, markup, reported amount, own key, attributes
 * and time of the last record stay, unless the correction states them too.
 *
 * <p>This class is immutable.
 */
public final class CostCorrection {

    private final Cost cost;
    private final @Nullable CostBasis basis;
    private final @Nullable Markup markup;
    private final @Nullable Usd reported;
    private final @Nullable Boolean usesOwnKey;
    private final Map<String, String> attributes;
    private final @Nullable Instant occurredAt;

    private CostCorrection(
            Cost cost,
            @Nullable CostBasis basis,
            @Nullable Markup markup,
            @Nullable Usd reported,
            @Nullable Boolean usesOwnKey,
            Map<String, String> attributes,
            @Nullable Instant occurredAt) {
        this.cost = requireNonNull(cost, "cost");
        this.basis = basis;
        this.markup = markup;
        this.reported = reported;
        this.usesOwnKey = usesOwnKey;
        this.attributes = Attributes.checked(attributes);
        this.occurredAt = occurredAt;
    }

    /**
     * Returns the correction to another cost at the provider. A recorded charge stays a charge, with its markup on this
     * cost.
     *
     * @param cost the right usage times the right prices
     * @return the correction, on the basis of the last record
     */
    public static CostCorrection of(Cost cost) {
        return new CostCorrection(cost, null, null, null, null, Map.of(), null);
    }

    /**
     * Returns the correction to a charge. A recorded provider cost becomes a charge.
     *
     * @param charge the right charge
     * @return the correction, on the basis {@link CostBasis#CHARGE}
     */
    public static CostCorrection of(Charge charge) {
        return of(charge.cost()).asCharge(charge.markup());
    }

    /**
     * Returns this correction with the provider's cost as the total.
     *
     * @return a new correction, on the basis {@link CostBasis#PROVIDER_COST}
     */
    public CostCorrection asProviderCost() {
        return new CostCorrection(cost, CostBasis.PROVIDER_COST, null, reported, usesOwnKey, attributes, occurredAt);
    }

    /**
     * Returns this correction with a customer's charge as the total.
     *
     * @param factor what the provider's cost is multiplied by
     * @return a new correction, on the basis {@link CostBasis#CHARGE}
     */
    public CostCorrection asCharge(Markup factor) {
        return new CostCorrection(
                cost, CostBasis.CHARGE, requireNonNull(factor, "factor"), reported, usesOwnKey, attributes, occurredAt);
    }

    /**
     * Returns this correction with the amount that the provider reported as the total.
     *
     * @return a new correction, on the basis {@link CostBasis#REPORTED}
     */
    public CostCorrection asReported() {
        return new CostCorrection(cost, CostBasis.REPORTED, null, reported, usesOwnKey, attributes, occurredAt);
    }

    /**
     * Returns this correction with another reported amount.
     *
     * @param usd US dollars that the provider reported as the cost of the request
     * @return a new correction
     */
    public CostCorrection reported(Usd usd) {
        return new CostCorrection(cost, basis, markup, requireNonNull(usd, "usd"), usesOwnKey, attributes, occurredAt);
    }

    /**
     * Returns this correction for a request that used the customer's own key at the provider.
     *
     * @return a new correction
     */
    public CostCorrection usingOwnKey() {
        return new CostCorrection(cost, basis, markup, reported, true, attributes, occurredAt);
    }

    /**
     * Returns this correction for a request that did not use the customer's own key.
     *
     * @return a new correction
     */
    public CostCorrection notUsingOwnKey() {
        return new CostCorrection(cost, basis, markup, reported, false, attributes, occurredAt);
    }

    /**
     * Returns this correction with an attribute, which replaces a recorded one of the same name. Other attributes stay.
     *
     * @param name as in {@link CostEntry#attribute}
     * @param value 1 to 200 characters, not blank
     * @return a new correction
     * @throws IllegalArgumentException if the name or the value is invalid
     */
    public CostCorrection attribute(String name, String value) {
        return new CostCorrection(
                cost, basis, markup, reported, usesOwnKey, Attributes.with(attributes, name, value), occurredAt);
    }

    /**
     * Returns this correction with another time.
     *
     * @param instant when the request ran
     * @return a new correction
     */
    public CostCorrection at(Instant instant) {
        return new CostCorrection(
                cost, basis, markup, reported, usesOwnKey, attributes, requireNonNull(instant, "instant"));
    }

    /** Returns the entry to record after the last record of a request. */
    CostEntry after(RecordedCost last) {
        CostBasis corrected = basis == null ? last.amounts().basis() : basis;
        Map<String, String> all = last.attributes();
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            all = Attributes.with(all, attribute.getKey(), attribute.getValue());
        }
        return new CostEntry(
                cost,
                corrected,
                basis == null ? last.amounts().markup() : markup,
                reported == null ? last.reported() : reported,
                usesOwnKey == null ? last.usesOwnKey() : usesOwnKey,
                all,
                occurredAt == null ? last.occurredAt() : occurredAt);
    }
}
