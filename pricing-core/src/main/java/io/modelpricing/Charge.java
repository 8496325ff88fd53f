package io.modelpricing;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.util.List;

/**
 * What a customer is charged for a request: what it costs at the provider, times a markup. A charge is no cost, and sums of
 * both say nothing.
 *
 * @param cost what the provider is owed
 * @param markup what that is multiplied by
 */
public record Charge(Cost cost, Markup markup) {

    /**
     * Checks that nothing is null.
     *
     * @param cost what the provider is owed
     * @param markup what that is multiplied by
     */
    public Charge {
        requireNonNull(cost, "cost");
        requireNonNull(markup, "markup");
    }

    /**
     * Returns the amounts of this charge, exactly: each line item's is the cost's times the markup, while units, quantities
     * and the provider's prices stay.
     *
     * @return the charge, itemised; incomplete or missing as the cost is
     */
    public Cost amounts() {
        return cost.fold(
                this::marked,
                incomplete -> new Cost.Incomplete(
                        incomplete.quote(), incomplete.usage(), marked(incomplete.lines()), incomplete.unpriced()),
                missing -> missing);
    }

    private Cost marked(Cost.Complete complete) {
        BigDecimal factor = markup.factor();
        return new Cost.Complete(
                complete.quote(),
                complete.usage(),
                marked(complete.lines()),
                complete.total().multiply(factor));
    }

    private List<LineItem> marked(List<LineItem> lines) {
        return lines.stream()
                .map(line -> new LineItem(
                        line.unit(),
                        line.quantity(),
                        line.price(),
                        line.amount().multiply(markup.factor())))
                .toList();
    }
}
