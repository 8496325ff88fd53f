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
    void whatIsDeclaredIsOneRowForEachColumn() {
        Declarations declared = Declarations.none()
                .tokens(ACME, PER_MILLION)
                .zero(ALL, Zero.UNKNOWN)
                .request(new Scope.NoProvider(), PER_REQUEST);

        assertThat(declared.entries())
                .containsExactlyInAnyOrder(
                        new Declarations.Entry("provider", "acme", "pricing_prompt", "per-1m"),
                        new Declarations.Entry("provider", "acme", "pricing_completion", "per-1m"),
                        new Declarations.Entry("all", null, "zero", "unknown"),
                        new Declarations.Entry("no_provider", null, "pricing_request", "per-request"));
        assertThat(declared.providers()).containsExactly("acme");
    }

    @Test
    void aColumnHasOnlyUnitsThatFitIt() {
        Declarations none = Declarations.none();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> none.tokens(ALL, PER_IMAGE))
                .withMessage("pricing_prompt cannot be per-image");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> none.image(ALL, PER_REQUEST))
                .withMessage("pricing_image cannot be per-request");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> none.request(ALL, PER_TOKEN))
                .withMessage("pricing_request cannot be per-token");
    }

    @Test
    void contradictionsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Declarations.none().tokens(ACME, PER_TOKEN).tokens(ACME, PER_MILLION))
                .withMessage("pricing_prompt of provider acme is declared twice: per-token and per-1m");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Declarations.none().zero(ALL, Zero.FREE).zero(ALL, Zero.UNKNOWN))
                .withMessage("rows of zeros of all models is declared twice: free and unknown");
        assertThat(Declarations.none()
                        .tokens(ACME, PER_TOKEN)
                        .tokens(ACME, PER_TOKEN)
                        .entries())
                .hasSize(2);
    }
}
