package io.modelpricing.jooq.costs;

/**
 * Another cost is recorded for a request already, so this one was refused and nothing was written. Whoever knows that the
 * first was wrong {@linkplain RequestCosts#correct corrects} it.
 */
public final class DifferentCostException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    private final transient RecordedCost recorded;
    private final transient CostEntry refused;

    DifferentCostException(RecordedCost recorded, CostEntry refused) {
        super("request " + recorded.request() + " has a cost already: recorded is " + recorded + "; refused is "
                + refused);
        this.recorded = recorded;
        this.refused = refused;
    }

    /**
     * Returns the cost that stands.
     *
     * @return the first record of the request
     */
    public RecordedCost recorded() {
        return recorded;
    }

    /**
     * Returns the cost that was refused.
     *
     * @return what was to be recorded
     */
    public CostEntry refused() {
        return refused;
    }
}
