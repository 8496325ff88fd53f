package io.modelpricing.compat;

import io.modelpricing.offers.OfferFilter;
import io.modelpricing.offers.Percent;
import io.modelpricing.offers.Ranking;

/** The ranking that replaces the order of the legacy failover code. */
public final class LegacyRanking {

    private LegacyRanking() {}

    /**
     * Returns {@link Ranking#healthiest()}: by health, then response time, then cost. It differs from the legacy
     * failover code in these cases:
     *
     * <ul>
     *   <li>A response time of 0 ms is the shortest. The legacy code treated it as 9,999 ms.
     *   <li>An unmeasured response time comes after every measured one. The legacy code treated it as 9,999 ms.
     *   <li>An unknown cost comes after every known one. The legacy code treated a missing price as $0, the cheapest.
     *   <li>The cost is the expected cost of the request, with output and fees. The legacy code compared the prices of
     *       prompt tokens.
     *   <li>Unknown health is better than down and worse than degraded. The legacy code treated it as down.
     *   <li>The model's own health and response time are used where they are known; the worse health counts. The
     *       legacy code read but did not use them.
     *   <li>A minimum success rate is a {@link Percent}. It was documented as 0 to 1 and compared with 0 to 100.
     *   <li>A {@linkplain Ranking#preferring preferred provider} leaves the other offers in order. The legacy code did
     *       not sort them by price then.
     *   <li>A {@linkplain Ranking#maxCost maximum cost} excludes offers. The legacy code ignored it.
     *   <li>Equal offers are in the order of their names, not in that of the database.
     *   <li>A failed query throws. The legacy code returned no providers.
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
