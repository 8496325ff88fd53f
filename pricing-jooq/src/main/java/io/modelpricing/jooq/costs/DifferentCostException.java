package io.modelpricing.jooq.costs;

/**
 * Thrown when a different cost is already recorded for a request. Nothing is written. To replace a wrong cost,
 * {@linkplain RequestCosts#correct correct} it.
 */
public final class DifferentCostException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    private final transient RecordedCost recorded;
    private final transient CostEntry refused;

    DifferentCostException(RecordedCost recorded, CostEntry refused) {
        super("request " + recorded.request() + " already has a different cost: recorded " + recorded + "; refused "
                + refused + "; use correct() to replace a wrong cost");
        this.recorded = recorded;
        this.refused = refused;
    }

    /**
     * Returns the recorded cost.
     *
     * @return the first record of the request
     */
    public RecordedCost recorded() {
        return recorded;
    }

    /**
     * Returns the refused cost.
     *
     * @return the entry that was not recorded
     */
    public CostEntry refused() {
        return refused;
    }
}
