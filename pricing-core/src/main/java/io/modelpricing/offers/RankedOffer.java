package io.modelpricing.offers;

import io.modelpricing.Cost;
import org.jspecify.annotations.Nullable;

/**
 * An offer at its place in a ranking.
 *
 * @param rank its place, counted from 1
 * @param offer the offer
 * @param cost what the request is expected to cost by its quote
 * @param decidedBy what put it behind the offer before it, and the first one before the second; null for the only one
 * @param why the same in words, with the two values that were compared
 */
public record RankedOffer(int rank, Offer offer, Cost cost, Ranking.@Nullable Criterion decidedBy, String why) {}
