package io.modelpricing.examples.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.Pricing;
import io.modelpricing.PricingRepository;
import io.modelpricing.PricingSource;
import io.modelpricing.UnpricedException;
import io.modelpricing.Usage;
import io.modelpricing.Usd;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * The Mockito recipe of {@code docs/recipes.md}: the unit test of an application's own class, without a database. The
 * repository is replaced by a mock; prices, usage and costs are real values.
 */
class MockitoRecipeTest {

    private static final ModelId MODEL = new ModelId(7);
    private static final Usd LIMIT = Usd.parse("0.05");

    // example docs/recipes.md
    private final PricingRepository prices = mock(PricingRepository.class);
    private final SpendingLimit limit = new SpendingLimit(prices, LIMIT);
    // end

    /** A class of the application: rejects requests that cost more than a limit. */
    static final class SpendingLimit {

        private final PricingRepository prices;
        private final Usd limit;

        SpendingLimit(PricingRepository prices, Usd limit) {
            this.prices = prices;
            this.limit = limit;
        }

        boolean allows(ModelId model, Usage usage) {
            return prices.find(model)
                    .map(found ->
                            found.quote().cost(usage).orElseThrow().total().compareTo(limit.amount()) <= 0)
                    .orElse(false);
        }
    }

    private static Optional<ModelPricing> priced(Pricing pricing) {
        return Optional.of(new ModelPricing(MODEL, pricing, 1, PricingSource.PROVIDER, Prices.SEEN_AT));
    }

    @Test
    void requestWithinTheLimitIsAllowed() {
        when(prices.find(MODEL)).thenReturn(priced(Prices.PAID));

        assertThat(limit.allows(MODEL, Usage.of(4_000, 4_000))).isTrue();
        assertThat(limit.allows(MODEL, Usage.of(4_000, 4_001))).isFalse();
    }

    @Test
    void requestToAnUnknownModelIsRejected() {
        when(prices.find(any(ModelId.class))).thenReturn(Optional.empty());

        assertThat(limit.allows(MODEL, Usage.of(1, 1))).isFalse();
    }

    // example docs/recipes.md
    @Test
    void requestWithoutAPriceIsNotFree() {
        when(prices.find(MODEL)).thenReturn(priced(Pricing.missing(MissingReason.DYNAMIC)));

        assertThatExceptionOfType(UnpricedException.class).isThrownBy(() -> limit.allows(MODEL, Usage.of(1, 1)));
    }
    // end
}
