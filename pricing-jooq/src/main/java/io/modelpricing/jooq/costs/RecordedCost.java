package io.modelpricing.jooq.costs;

import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.CanonicalModelId;
import io.modelpricing.Cost;
import io.modelpricing.Identified;
import io.modelpricing.LineItem;
import io.modelpricing.Markup;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.RequestId;
import io.modelpricing.Usage;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One record of what a request cost. It is never changed, and outlives the request and its model.
 *
 * @param request the request
 * @param number counted from 1 for each request; each further record corrects the first, and the last one counts
 * @param model the model that served it
 * @param provider the provider's slug at that time, null for a model without provider
 * @param providerModelId the provider's id of the model at that time, null only for a model that nobody knew
 * @param canonicalId the canonical model id at that time, null only for a model that nobody knew
 * @param usage what was used, and in which service tier
 * @param lines what each priced unit adds, in the order of {@link BillingUnit}
 * @param unpriced the used units without a price, none if the cost is complete
 * @param missingReason why the model had no price, null if it had one
 * @param total US dollars, the sum of the lines; null if the cost is not complete
 * @param input US dollars of the input side, null if the cost is not complete
 * @param output US dollars of the output side, null if the cost is not complete
 * @param markup what the provider's cost was multiplied by; null if this is that cost itself
 * @param reportedByProvider US dollars that the provider said the request cost, null if it did not say
 * @param isByok whether the caller brought a key of their own
 * @param priceVersion the version of the model's price; 0 for a model that had never had one
 * @param isAssumed whether the price is only assumed to have applied then
 * @param calculator the {@linkplain io.modelpricing.CostCalculator#VERSION version of the arithmetic}
 * @param origin who recorded it
 * @param occurredAt when the request ran
 * @param recordedAt when this was recorded
 * @param correction who corrected the first record and why, null for the first itself
 */
public record RecordedCost(
        RequestId request,
        int number,
        ModelId model,
        @Nullable String provider,
        @Nullable String providerModelId,
        @Nullable CanonicalModelId canonicalId,
        Usage usage,
        List<LineItem> lines,
        List<BillingUnit> unpriced,
        @Nullable MissingReason missingReason,
        @Nullable BigDecimal total,
        @Nullable BigDecimal input,
        @Nullable BigDecimal output,
        @Nullable Markup markup,
        @Nullable BigDecimal reportedByProvider,
        boolean isByok,
        int priceVersion,
        boolean isAssumed,
        int calculator,
        Origin origin,
        Instant occurredAt,
        Instant recordedAt,
        @Nullable Attribution correction) {

    /** Who recorded a cost. */
    public enum Origin implements Identified {
        /** Who served the request. */
        LIVE("live"),
        /** The {@code recost} job, afterwards. */
        RECOST("recost");

        private final String id;

        Origin(String id) {
            this.id = id;
        }

        static Origin parse(String id) {
            return Identified.parse(Origin.class, "cost origin", id);
        }

        @Override
        public String id() {
            return id;
        }
    }

    /** Tells whether an entry would record the same cost; when it ran and when it was recorded is no part of that. */
    boolean says(CostEntry entry) {
        Cost amounts = entry.amounts();
        return model.equals(amounts.quote().model())
                && priceVersion == amounts.quote().version()
                && usage.equals(amounts.usage())
                && Objects.equals(markup, entry.markup())
                && isSame(reportedByProvider, entry.reportedByProvider())
                && isByok == entry.isByok()
                && missingReason == amounts.fold(complete -> null, incomplete -> null, Cost.Missing::reason)
                && unpriced.equals(CostColumns.unpriced(amounts))
                && isSame(total, amounts.fold(Cost.Complete::total, incomplete -> null, missing -> null))
                && isSame(lines, CostColumns.lines(amounts));
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

    /** Says what is recorded in few words. */
    @Override
    public String toString() {
        return (total != null
                        ? total.toPlainString()
                        : missingReason != null ? "missing: " + missingReason : "incomplete, no price for " + unpriced)
                + (markup == null ? "" : " charged at " + markup)
                + " for " + usage + " by version " + priceVersion + " of the price of model " + model
                + (reportedByProvider == null ? "" : ", reported as " + reportedByProvider.toPlainString())
                + (isByok ? ", byok" : "");
    }
}
