package io.modelpricing.compat;

import io.modelpricing.offers.OfferFilter;
import io.modelpricing.offers.Percent;
import io.modelpricing.offers.Ranking;

/** The ranking of the failover code that the legacy columns served. */
public final class LegacyRanking {

    private LegacyRanking() {}

    /**
     * Returns {@link Ranking#healthiest()}: by health, then response time, then cost. It differs from the legacy
     * failover code in these points, where that code was wrong:
     *
     * <ul>
     *   <li>A response time of 0 ms is the shortest one, not 9,999 ms. An unmeasured one comes after all others.
     *   <li>The cost is that of the request at hand, with its output, cached tokens, service tier and fees, not the
     *       price of one prompt token.
     *   <li>An unknown cost comes after every known one. The legacy code took it for $0, and so for the cheapest.
     *   <li>Unknown health is better than {@code down}. The legacy code treated both alike.
     *   <li>The model's own health and response time at the provider count where they are known, not only the
     *       provider's.
     *   <li>Ties are broken by name, not by the order in which the database returned the rows.
     *   <li>A preferred provider comes first, and the other offers stay in this order, with their costs.
     *   <li>A success rate is a {@link Percent}. It was documented as 0 to 1 and compared with 0 to 100.
     * </ul>
     *
     * <p>An offer that is down is last but not excluded; {@link OfferFilter#notDown()} excludes it.
     *
     * @return the ranking
     */
    public static Ranking order() {
        return Ranking.healthiest();
    }
}
