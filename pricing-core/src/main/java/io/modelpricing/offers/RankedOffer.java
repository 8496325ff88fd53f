package io.modelpricing.offers;

import io.modelpricing.Cost;
import org.jspecify.annotations.Nullable;

/**
 * An offer with its rank and the reason for it.
 *
 * @param rank the rank, counted from 1
 * @param offer the offer
 * @param cost the expected cost of the request by the offer's quote
 * @param decidedBy the criterion that ranks the offer after the previous one; of the first offer, the criterion that
 *     ranks it before the second; null if there is only one offer
 * @param why the comparison in words, with both values
 */
public record RankedOffer(int rank, Offer offer, Cost cost, Ranking.@Nullable Criterion decidedBy, String why) {}
