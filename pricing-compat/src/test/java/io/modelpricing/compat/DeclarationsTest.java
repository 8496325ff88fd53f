package io.modelpricing.compat;

import static io.modelpricing.compat.LegacyUnit.PER_IMAGE;
import static io.modelpricing.compat.LegacyUnit.PER_MILLION;
import static io.modelpricing.compat.LegacyUnit.PER_REQUEST;
import static io.modelpricing.compat.LegacyUnit.PER_TOKEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.modelpricing.compat.Declarations.Scope;
import org.junit.jupiter.api.Test;

class DeclarationsTest {

    private static final Scope ALL = new Scope.All();
    private static final Scope ACME = new Scope.Provider("acme");

    @Test
    void eachDeclaredColumnIsOneEntry() {
        Declarations declared = Declarations.none()
                .tokens(ACME, PER_MILLION)
                .zero(ALL, Zero.UNKNOWN)
                .request(new Scope.NoProvider(), PER_REQUEST)
                .cached(new Scope.Provider("bolt"), Cached.AS_INPUT);

        assertThat(declared.entries())
                .containsExactlyInAnyOrder(
                        new Declarations.Entry("provider", "acme", "pricing_prompt", "per-1m"),
                        new Declarations.Entry("provider", "acme", "pricing_completion", "per-1m"),
                        new Declarations.Entry("all", null, "zero", "unknown"),
                        new Declarations.Entry("no_provider", null, "pricing_request", "per-request"),
                        new Declarations.Entry("provider", "bolt", "cached", "as-input"));
        assertThat(declared.providers()).containsExactly("acme", "bolt");
    }

    @Test
    void unitThatDoesNotFitTheColumnIsRejected() {
        Declarations none = Declarations.none();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> none.tokens(ALL, PER_IMAGE))
                .withMessage(
                        "\"per-image\" is not a unit of pricing_prompt; expected one of per-token, per-1k, per-1m");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> none.image(ALL, PER_REQUEST))
                .withMessage("\"per-request\" is not a unit of pricing_image;"
                        + " expected one of per-token, per-1k, per-1m, per-image");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> none.request(ALL, PER_TOKEN))
                .withMessage("\"per-token\" is not a unit of pricing_request; expected one of per-request");
    }

    @Test
    void contradictionsAreRejected() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Declarations.none().tokens(ACME, PER_TOKEN).tokens(ACME, PER_MILLION))
                .withMessage(
                        "two declarations for pricing_prompt of provider acme: per-token and per-1m; keep one of them");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Declarations.none().zero(ALL, Zero.FREE).zero(ALL, Zero.UNKNOWN))
                .withMessage("two declarations for zero prices of all models: free and unknown; keep one of them");
        assertThat(Declarations.none()
                        .tokens(ACME, PER_TOKEN)
                        .tokens(ACME, PER_TOKEN)
                        .entries())
                .hasSize(2);
    }
}
