package io.modelpricing.jooq.costs;

import static java.time.temporal.ChronoUnit.MICROS;
import static java.util.Objects.requireNonNull;

import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.CanonicalModelId;
import io.modelpricing.Charge;
import io.modelpricing.Cost;
import io.modelpricing.Identified;
import io.modelpricing.LineItem;
import io.modelpricing.Markup;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.RequestId;
import io.modelpricing.Usage;
import io.modelpricing.Usd;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One record of the cost of a request. It is never changed, and stays when the request or its model is deleted.
 *
 * @param request the request
 * @param occurredAt when the request ran
 * @param model the model that served it
 * @param usage the number of each unit used, and the service tier
 * @param amounts the total and its parts
 * @param price the price that was applied
 * @param reported US dollars that the provider reported as the cost of the request; null if it reported none
 * @param usesOwnKey whether the request used the customer's own key at the provider, so that the customer paid the
 *     provider directly
 * @param attributes named texts of the application, such as customer and key, by name
 * @param provenance when and by what it was recorded
 */
public record RecordedCost(
        RequestId request,
        Instant occurredAt,
        ServingModel model,
        Usage usage,
        Amounts amounts,
        AppliedPrice price,
        @Nullable Usd reported,
        boolean usesOwnKey,
        Map<String, String> attributes,
        Provenance provenance) {

    /**
     * Copies the attributes.
     *
     * @param request the request
     * @param occurredAt when the request ran
     * @param model the model that served it
     * @param usage the number of each unit used, and the service tier
     * @param amounts the total and its parts
     * @param price the price that was applied
     * @param reported US dollars that the provider reported; null if it reported none
     * @param usesOwnKey whether the request used the customer's own key at the provider
     * @param attributes named texts of the application, by name
     * @param provenance when and by what it was recorded
     */
    public RecordedCost {
        attributes = Collections.unmodifiableMap(new TreeMap<>(attributes));
    }

    /**
     * A model, with its names at the time of recording.
     *
     * @param id the model
     * @param provider the provider's slug; null for a model without a provider
     * @param providerModelId the provider's id of the model; null only if the model did not exist then
     * @param canonicalId the canonical model id; null only if the model did not exist then
     */
    public record ServingModel(
            ModelId id,
            @Nullable String provider,
            @Nullable String providerModelId,
            @Nullable CanonicalModelId canonicalId) {}

    /**
     * The total of a recorded cost and its parts.
     *
     * @param basis what the total is
     * @param markup what the provider's cost was multiplied by; null unless the basis is {@link CostBasis#CHARGE}
     * @param total US dollars, exact; null if a used unit had no price
     * @param input US dollars of the input side; null without a total, and on the basis {@link CostBasis#REPORTED}
     * @param output US dollars of the output side; null where {@code input} is
     * @param lines what each priced unit adds to the total, in the order of {@link BillingUnit}; none on the basis
     *     {@link CostBasis#REPORTED}
     * @param unpriced the used units without a price
     * @param missingReason why the model had no price; null if it had one
     */
    public record Amounts(
            CostBasis basis,
            @Nullable Markup markup,
            @Nullable BigDecimal total,
            @Nullable BigDecimal input,
            @Nullable BigDecimal output,
            List<LineItem> lines,
            List<BillingUnit> unpriced,
            @Nullable MissingReason missingReason) {

        /**
         * Copies the lists.
         *
         * @param basis what the total is
         * @param markup what the provider's cost was multiplied by; null unless the basis is {@link CostBasis#CHARGE}
         * @param total US dollars; null if a used unit had no price
         * @param input US dollars of the input side, or null
         * @param output US dollars of the output side, or null
         * @param lines what each priced unit adds to the total
         * @param unpriced the used units without a price
         * @param missingReason why the model had no price; null if it had one
         */
        public Amounts {
            lines = List.copyOf(lines);
            unpriced = List.copyOf(unpriced);
        }

        /** Returns the amounts that an entry records. */
        static Amounts of(CostEntry entry) {
            Cost cost = entry.markup() == null ? entry.cost() : new Charge(entry.cost(), entry.markup()).amounts();
            if (entry.basis() == CostBasis.REPORTED) {
                BigDecimal reported = requireNonNull(entry.reported()).amount();
                return new Amounts(
                        CostBasis.REPORTED, null, reported, null, null, List.of(), unpriced(cost), missingReason(cost));
            }
            Cost.@Nullable Complete complete = cost instanceof Cost.Complete known ? known : null;
            return new Amounts(
                    entry.basis(),
                    entry.markup(),
                    complete == null ? null : complete.total(),
                    complete == null ? null : complete.input(),
                    complete == null ? null : complete.output(),
                    cost.fold(Cost.Complete::lines, Cost.Incomplete::lines, missing -> List.of()),
                    unpriced(cost),
                    missingReason(cost));
        }

        private static @Nullable MissingReason missingReason(Cost cost) {
            return cost instanceof Cost.Missing missing ? missing.reason() : null;
        }

        /**
         * Returns the used units without a price. Without a rate card, every used unit except
         * {@link BillingUnit#REQUEST}, which needs no price.
         */
        private static List<BillingUnit> unpriced(Cost cost) {
            return cost.fold(
                    complete -> List.of(),
                    Cost.Incomplete::unpriced,
                    missing -> missing.usage().units().stream()
                            .filter(unit -> unit != BillingUnit.REQUEST)
                            .toList());
        }

        /** Returns whether other amounts are equal as numbers: 1.0 matches 1. */
        private boolean matches(Amounts other) {
            return basis == other.basis
                    && Objects.equals(markup, other.markup)
                    && isSame(total, other.total)
                    && isSame(lines, other.lines)
                    && unpriced.equals(other.unpriced)
                    && missingReason == other.missingReason;
        }

        private static boolean isSame(@Nullable BigDecimal a, @Nullable BigDecimal b) {
            return a == null ? b == null : b != null && a.compareTo(b) == 0;
        }

        private static boolean isSame(List<LineItem> a, List<LineItem> b) {
            if (a.size() != b.size()) {
                return false;
            }
            for (int i = 0; i < a.size(); i++) {
                LineItem one = a.get(i);
                LineItem other = b.get(i);
                if (one.unit() != other.unit()
                        || one.quantity() != other.quantity()
                        || !one.price().equals(other.price())
                        || one.amount().compareTo(other.amount()) != 0) {
                    return false;
                }
            }
            return true;
        }

        /** Returns the total, or why there is none. */
        @Override
        public String toString() {
            String amount = total != null
                    ? total.toPlainString()
                    : missingReason != null ? "missing: " + missingReason : "incomplete, no price for " + unpriced;
            return switch (basis) {
                case CHARGE -> amount + " charged at " + markup;
                case REPORTED -> amount + " as the provider reported";
                default -> amount;
            };
        }
    }

    /**
     * The price that was applied.
     *
     * @param version the version of the model's price; 0 for a model that never had one
     * @param isAssumed whether the price has no start date (valid_from is NULL) and was found later, so that it is only
     *     assumed to have applied when the request ran
     * @param calculator the {@linkplain io.modelpricing.CostCalculator#VERSION version of the calculation}
     */
    public record AppliedPrice(int version, boolean isAssumed, int calculator) {}

    /**
     * When and by what a cost was recorded.
     *
     * @param number the number of the record, counted from 1 for each request; the highest one is the request's cost
     * @param origin what recorded it
     * @param recordedAt when it was recorded
     * @param correction the actor of the correction and the reason for it; null for the first record
     */
    public record Provenance(
            int number,
            Origin origin,
            Instant recordedAt,
            @Nullable Attribution correction) {}

    /** What recorded a cost. */
    public enum Origin implements Identified {
        /** The application, which served the request. */
        LIVE("live"),
        /** {@link CostBackfill}, after the request. */
        BACKFILL("backfill");

        private final String id;

        Origin(String id) {
            this.id = id;
        }

        /**
         * Reads an origin.
         *
         * @param id for example {@code live}
         * @return the origin
         * @throws IllegalArgumentException if no origin has this id
         */
        public static Origin parse(String id) {
            return Identified.parse(Origin.class, "cost origin", id);
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public String toString() {
            return id;
        }
    }

    /**
     * Returns whether an entry would record the same cost. The times of the request and of recording are not compared.
     */
    boolean matches(CostEntry entry) {
        return model.id().equals(entry.cost().quote().model())
                && price.version() == entry.cost().quote().version()
                && usage.equals(entry.cost().usage())
                && amounts.matches(Amounts.of(entry))
                && Objects.equals(reported, entry.reported())
                && usesOwnKey == entry.usesOwnKey()
                && attributes.equals(entry.attributes());
    }

    /** Returns whether an instant is the recorded one, at PostgreSQL's precision of microseconds. */
    boolean isAt(@Nullable Instant instant) {
        return instant != null && occurredAt.equals(instant.truncatedTo(MICROS));
    }

    static String suffix(CostBasis basis, @Nullable Usd reported, boolean usesOwnKey, Map<String, String> attributes) {
        return (reported == null || basis == CostBasis.REPORTED ? "" : ", reported as " + reported)
                + (usesOwnKey ? ", own key" : "")
                + (attributes.isEmpty() ? "" : ", " + attributes);
    }

    /** Returns the amounts, usage and price version in a few words. */
    @Override
    public String toString() {
        return amounts + " for " + usage + " by version " + price.version() + " of the price of model " + model.id()
                + suffix(amounts.basis(), reported, usesOwnKey, attributes);
    }
}
