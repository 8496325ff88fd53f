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
 * The cost of a request to record, with what is kept beside it.
 *
 * @param cost the usage times the provider's prices
 * @param basis what the recorded total is
 * @param markup the factor of a charge; null on every other basis
 * @param reported US dollars that the provider reported as the cost of the request; null if it reported none
 * @param usesOwnKey whether the request used the customer's own key at the provider, so that the customer pays the
 *     provider directly
 * @param attributes up to four named texts to group costs by, such as customer and key
 * @param occurredAt when the request ran; null for now
 */
public record CostEntry(
        Cost cost,
        CostBasis basis,
        @Nullable Markup markup,
        @Nullable Usd reported,
        boolean usesOwnKey,
        Map<String, String> attributes,
        @Nullable Instant occurredAt) {

    /**
     * Checks that the basis has the amounts it needs.
     *
     * @param cost the usage times the provider's prices
     * @param basis what the recorded total is
     * @param markup the factor of a charge; null on every other basis
     * @param reported US dollars that the provider reported; null if it reported none
     * @param usesOwnKey whether the request used the customer's own key at the provider
     * @param attributes up to four named texts
     * @param occurredAt when the request ran; null for now
     * @throws IllegalArgumentException if a charge has no markup or another basis has one, if the reported amount is
     *     missing on the basis {@code reported}, or if an attribute is invalid
     */
    public CostEntry {
        requireNonNull(cost, "cost");
        switch (requireNonNull(basis, "basis")) {
            case PROVIDER_COST -> requireMarkup(basis, markup, false);
            case CHARGE -> requireMarkup(basis, markup, true);
            case REPORTED -> {
                requireMarkup(basis, markup, false);
                if (reported == null) {
                    throw new IllegalArgumentException("a cost on the basis reported must have the reported amount,"
                            + " but has none; add it with reported(Usd)");
                }
            }
            case UNSTATED ->
                throw new IllegalArgumentException(
                        "the basis of a cost must be provider_cost, charge or reported, but was unstated;"
                                + " use CostEntry.of or CostEntry.ofReported");
        }
        attributes = Attributes.checked(attributes);
    }

    private static void requireMarkup(CostBasis basis, @Nullable Markup markup, boolean isRequired) {
        if (isRequired != (markup != null)) {
            throw new IllegalArgumentException("a cost on the basis " + basis + " must have "
                    + (isRequired
                            ? "a markup, but has none; use CostEntry.of(Charge)"
                            : "no markup, but has " + markup + "; use CostEntry.of(Charge) to record a charge"));
        }
    }

    /**
     * Returns the entry of the cost at the provider.
     *
     * @param cost the cost
     * @return the entry, on the basis {@link CostBasis#PROVIDER_COST}
     */
    public static CostEntry of(Cost cost) {
        return new CostEntry(cost, CostBasis.PROVIDER_COST, null, null, false, Map.of(), null);
    }

    /**
     * Returns the entry of a customer's charge.
     *
     * @param charge the charge
     * @return the entry, on the basis {@link CostBasis#CHARGE}
     */
    public static CostEntry of(Charge charge) {
        return new CostEntry(charge.cost(), CostBasis.CHARGE, charge.markup(), null, false, Map.of(), null);
    }

    /**
     * Returns the entry of the amount that the provider reported, which becomes the recorded total. For models whose
     * price is {@linkplain io.modelpricing.MissingReason#DYNAMIC dynamic}.
     *
     * @param cost the cost by the known prices, usually missing; the record keeps its usage, version and unpriced units
     * @param reported US dollars
     * @return the entry, on the basis {@link CostBasis#REPORTED}
     */
    public static CostEntry ofReported(Cost cost, Usd reported) {
        return new CostEntry(cost, CostBasis.REPORTED, null, reported, false, Map.of(), null);
    }

    /**
     * Returns this entry with the amount that the provider reported. It is kept beside the total, and replaces it only
     * on the basis {@link CostBasis#REPORTED}.
     *
     * @param usd US dollars
     * @return a new entry
     */
    public CostEntry reported(Usd usd) {
        return new CostEntry(cost, basis, markup, requireNonNull(usd, "usd"), usesOwnKey, attributes, occurredAt);
    }

    /**
     * Returns this entry for a request that used the customer's own key at the provider.
     *
     * @return a new entry
     */
    public CostEntry usingOwnKey() {
        return new CostEntry(cost, basis, markup, reported, true, attributes, occurredAt);
    }

    /**
     * Returns this entry with an attribute, which replaces one of the same name.
     *
     * @param name a lower-case letter and up to 39 lower-case letters, digits or underscores, such as {@code customer}
     * @param value 1 to 200 characters, not blank
     * @return a new entry
     * @throws IllegalArgumentException if the name or the value is invalid, or the entry would have more than four
     *     attributes
     */
    public CostEntry attribute(String name, String value) {
        return new CostEntry(
                cost, basis, markup, reported, usesOwnKey, Attributes.with(attributes, name, value), occurredAt);
    }

    /**
     * Returns this entry for a request that ran at another time than now.
     *
     * @param instant when it ran
     * @return a new entry
     */
    public CostEntry at(Instant instant) {
        return new CostEntry(cost, basis, markup, reported, usesOwnKey, attributes, requireNonNull(instant, "instant"));
    }

    /** Returns the amounts, usage and price version in a few words. */
    @Override
    public String toString() {
        return RecordedCost.Amounts.of(this) + " for " + cost.usage() + " by version "
                + cost.quote().version() + " of the price of model "
                + cost.quote().model()
                + RecordedCost.suffix(basis, reported, usesOwnKey, attributes);
    }
}
