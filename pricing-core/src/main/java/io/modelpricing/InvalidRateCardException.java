package io.modelpricing;

import java.util.List;

/**
 * Rates that do not form a card. {@link RateCard#of(Hours, java.util.Collection)} lists the reasons. The message is the
 * problem, followed by its remedy.
 */
public final class InvalidRateCardException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /** The message without the remedy. */
    private final String problem;

    /** What to change. */
    private final String remedy;

    private final transient List<Rate> rates;

    InvalidRateCardException(String problem, String remedy, List<Rate> rates) {
        super(problem + "; " + remedy);
        this.problem = problem;
        this.remedy = remedy;
        this.rates = rates;
    }

    /**
     * Returns the problem.
     *
     * @return the message without the remedy
     */
    public String problem() {
        return problem;
    }

    /**
     * Returns the remedy.
     *
     * @return what to change
     */
    public String remedy() {
        return remedy;
    }

    /**
     * Returns the rates that the problem is about, so that a reader of files can name their lines.
     *
     * @return the rates; empty if hours are defined that no rate depends on
     */
    public List<Rate> rates() {
        return rates;
    }
}
