package io.modelpricing.jooq.costs;

import static java.util.Objects.requireNonNull;

import io.modelpricing.Charge;
import io.modelpricing.Cost;
import io.modelpricing.Markup;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A request's cost as it is to be recorded, with what is to be kept beside it.
 *
 * @param cost what the provider is owed by its prices, whoever pays it
 * @param markup what the cost is multiplied by to charge a customer; null to record the provider's cost itself
 * @param reportedByProvider US dollars that the provider itself said the request cost; null if it did not say
 * @param isByok whether the caller brought a key of their own, and so pays the provider directly
 * @param occurredAt when the request ran; null for now
 */
public record CostEntry(
        Cost cost,
        @Nullable Markup markup,
        @Nullable BigDecimal reportedByProvider,
        boolean isByok,
        @Nullable Instant occurredAt) {

    /**
     * Checks the amount.
     *
     * @param cost what the provider is owed by its prices, whoever pays it
     * @param markup what the cost is multiplied by to charge a customer; null to record the provider's cost itself
     * @param reportedByProvider US dollars that the provider itself said the request cost; null if it did not say
     * @param isByok whether the caller brought a key of their own, and so pays the provider directly
     * @param occurredAt when the request ran; null for now
     * @throws IllegalArgumentException if the reported cost is negative
     */
    public CostEntry {
        requireNonNull(cost, "cost");
        if (reportedByProvider != null && reportedByProvider.signum() < 0) {
            throw new IllegalArgumentException(
                    "a provider reports a cost of zero or more, but this is " + reportedByProvider);
        }
    }

    /**
     * Returns the entry of what a request costs at the provider.
     *
     * @param cost the cost
     * @return the entry
     */
    public static CostEntry of(Cost cost) {
        return new CostEntry(cost, null, null, false, null);
    }

    /**
     * Returns the entry of what a customer is charged for a request.
     *
     * @param charge the charge
     * @return the entry
     */
    public static CostEntry of(Charge charge) {
        return new CostEntry(charge.cost(), charge.markup(), null, false, null);
    }

    /**
     * Returns this entry with what the provider said the request cost. It is kept beside the cost, and never replaces it.
     *
     * @param usd US dollars
     * @return a new entry
     * @throws IllegalArgumentException if the amount is negative
     */
    public CostEntry reported(BigDecimal usd) {
        return new CostEntry(cost, markup, requireNonNull(usd, "usd"), isByok, occurredAt);
    }

    /**
     * Returns this entry of a request that ran on the caller's own key.
     *
     * @return a new entry
     */
    public CostEntry byok() {
        return new CostEntry(cost, markup, reportedByProvider, true, occurredAt);
    }

    /**
     * Returns this entry of a request that ran at another time than now.
     *
     * @param instant when it ran
     * @return a new entry
     */
    public CostEntry at(Instant instant) {
        return new CostEntry(cost, markup, reportedByProvider, isByok, requireNonNull(instant, "instant"));
    }

    /** Returns the amounts that are recorded: of the charge, or of the cost itself. */
    Cost amounts() {
        return markup == null ? cost : new Charge(cost, markup).amounts();
    }

    /** Says what is recorded in few words. */
    @Override
    public String toString() {
        return amounts()
                        .fold(
                                complete -> complete.total().toPlainString(),
                                incomplete -> "incomplete, no price for " + incomplete.unpriced(),
                                missing -> "missing: " + missing.reason())
                + (markup == null ? "" : " charged at " + markup)
                + " for " + cost.usage() + " by version " + cost.quote().version() + " of the price of model "
                + cost.quote().model()
                + (reportedByProvider == null ? "" : ", reported as " + reportedByProvider.toPlainString())
                + (isByok ? ", byok" : "");
    }
}
