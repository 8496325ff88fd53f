package io.modelpricing.jooq.costs;

import io.modelpricing.Identified;

/**
 * What the total of a recorded cost is. Totals of different bases are never added up, with one exception: costs at the
 * provider in {@link UsageAnalytics#ofProviderCosts} include reported amounts.
 */
public enum CostBasis implements Identified {
    /** The usage times the provider's prices. */
    PROVIDER_COST("provider_cost"),
    /** The provider's cost times a markup: what a customer pays. */
    CHARGE("charge"),
    /** The amount that the provider reported for the request. */
    REPORTED("reported"),
    /**
     * Unknown: {@code cost_usd} has a value that no record explains. Only comparisons of stored costs have this basis.
     */
    UNSTATED("unstated");

    private final String id;

    CostBasis(String id) {
        this.id = id;
    }

    /**
     * Reads a basis.
     *
     * @param id for example {@code provider_cost}
     * @return the basis
     * @throws IllegalArgumentException if no basis has this id
     */
    public static CostBasis parse(String id) {
        return Identified.parse(CostBasis.class, "cost basis", id);
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
