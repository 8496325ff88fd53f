package io.modelpricing;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.util.List;

/**
 * The amount that a customer is charged for a request: the provider's cost times a markup. Charges and costs are
 * different quantities; do not add one to the other.
 *
 * @param cost the cost at the provider
 * @param markup the factor that the cost is multiplied by
 */
public record Charge(Cost cost, Markup markup) {

    /**
     * Checks that both are present.
     *
     * @param cost the cost at the provider
     * @param markup the factor that the cost is multiplied by
     */
    public Charge {
        requireNonNull(cost, "cost");
        requireNonNull(markup, "markup");
    }

    /**
     * Returns the itemised charge, exact: each amount of the cost times the markup. Units, quantities and the
     * provider's prices stay the same.
     *
     * @return the charge in US dollars; incomplete or missing if the cost is
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
                .map(line -> line.with(line.amount().multiply(markup.factor())))
                .toList();
    }
}
