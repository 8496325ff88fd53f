package io.modelpricing.jooq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.modelpricing.CanonicalModelId;
import io.modelpricing.ModelId;
import io.modelpricing.Outcome;
import io.modelpricing.ProviderModelId;
import io.modelpricing.offers.Capability;
import io.modelpricing.offers.Health;
import io.modelpricing.offers.Offer;
import io.modelpricing.offers.OfferFilter;
import io.modelpricing.offers.Percent;
import io.modelpricing.offers.ServingStatus;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jooq.exception.IntegrityConstraintViolationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The writes of providers, and of what failover knows of providers and models. */
class ProviderCatalogTest {

    private static final ServingStatus DEGRADED = new ServingStatus(true, Health.DEGRADED, Duration.ofMillis(850));

    private PricingDatabase database = PricingDatabase.expanded();

    @AfterEach
    void drop() {
        database.close();
    }

    private ProviderCatalog providers() {
        return new ProviderCatalog(database.ctx());
    }

    private ModelCatalog models() {
        return new ModelCatalog(database.ctx());
    }

    private Offer offer() {
        return new JooqOffers(database.ctx())
                .offersFor(new CanonicalModelId("gpt-4o"), OfferFilter.any())
                .offers()
                .get(0);
    }

    @Test
    void providerIsCreatedUpdatedAndListed() {
        providers().create(Provider.of("openai", "OpenAI"));
        providers().create(new Provider("azure", "Azure", DEGRADED));

        assertThat(providers().list())
                .containsExactly(new Provider("azure", "Azure", DEGRADED), Provider.of("openai", "OpenAI"));
        Provider renamed = new Provider("azure", "Microsoft Azure", ServingStatus.UNCHECKED);
        assertThat(providers().update(renamed)).isEqualTo(Outcome.DONE);
        assertThat(providers().find("azure")).contains(renamed);
        assertThat(providers().update(Provider.of("unlisted", "Unlisted"))).isEqualTo(Outcome.NOTHING_TO_DO);
        assertThat(providers().updateStatus("unlisted", DEGRADED)).isEqualTo(Outcome.NOTHING_TO_DO);
        assertThat(providers().find("OpenAI")).isEmpty();
        assertThatExceptionOfType(IntegrityConstraintViolationException.class)
                .isThrownBy(() -> providers().create(Provider.of("openai", "Another")));
    }

    @Test
    void slugWithSlashIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Provider.of("a/b", "A"))
                .withMessage("\"a/b\" is not a slug of a provider; expected a name without a slash, such as openai");
        assertThatIllegalArgumentException().isThrownBy(() -> Provider.of(" ", "A"));
    }

    private void assertFailoverReadsWhatTheCatalogsWrite() {
        providers().create(Provider.of("openai", "OpenAI"));
        ModelId model = database.model("openai", "gpt-4o");
        Set<Capability> capabilities = EnumSet.of(Capability.STREAMING, Capability.VISION);

        assertThat(providers().updateStatus("openai", DEGRADED)).isEqualTo(Outcome.DONE);
        ServingStatus healthy = new ServingStatus(true, Health.HEALTHY, Duration.ZERO);
        assertThat(models().updateStatus(model, healthy)).isEqualTo(Outcome.DONE);
        assertThat(models().updateSuccessRate(model, Percent.parse("98.75"))).isEqualTo(Outcome.DONE);
        assertThat(models().updateCapabilities(model, capabilities)).isEqualTo(Outcome.DONE);

        Offer offer = offer();
        assertThat(offer.providerStatus()).isEqualTo(DEGRADED);
        assertThat(offer.modelStatus()).isEqualTo(healthy);
        assertThat(offer.successRate()).isEqualTo(Percent.parse("98.75"));
        assertThat(offer.capabilities()).isEqualTo(capabilities);
        assertThat(database.number("select count(*) from models where last_health_check_at is not null"))
                .isEqualTo(1);

        assertThat(models().updateSuccessRate(model, null)).isEqualTo(Outcome.DONE);
        assertThat(models().updateCapabilities(model, Set.of())).isEqualTo(Outcome.DONE);
        assertThat(offer().successRate()).isNull();
        assertThat(offer().capabilities()).isEmpty();
        ModelId unknown = new ModelId(999);
        assertThat(models().updateStatus(unknown, healthy)).isEqualTo(Outcome.NOTHING_TO_DO);
        assertThat(models().updateSuccessRate(unknown, null)).isEqualTo(Outcome.NOTHING_TO_DO);
        assertThat(models().updateCapabilities(unknown, Set.of())).isEqualTo(Outcome.NOTHING_TO_DO);
    }

    @Test
    void failoverReadsWhatTheCatalogsWrite() {
        assertFailoverReadsWhatTheCatalogsWrite();
    }

    @Test
    void legacyDatabaseIsWrittenInItsOwnColumns() {
        database.close();
        database = PricingDatabase.phase1().expand();

        assertFailoverReadsWhatTheCatalogsWrite();
    }

    @Test
    void columnThatTheTableLacksIsNamed() {
        ModelId model = database.provider("openai").model("openai", "gpt-4o");
        database.sql(
                "drop view models_with_pricing, models_pricing_classified", "alter table models drop success_rate");

        assertThatIllegalStateException()
                .isThrownBy(() -> models().updateSuccessRate(model, Percent.parse("98")))
                .withMessageContaining("column \"success_rate\" of relation \"models\" does not exist")
                .withMessageEndingWith("; add the column as pricing_V1__models_and_providers.sql defines it");
    }

    @Test
    void responseTimeOfAMonthIsRefused() {
        ServingStatus slow = new ServingStatus(true, Health.HEALTHY, Duration.ofDays(30));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> providers().updateStatus("openai", slow))
                .withMessageContaining("at most 2147483647 ms (24 days), but was PT720H");
    }

    @Test
    void namesThatDifferOnlyInCaseAreFound() {
        database.provider("openai").provider("azure");
        database.model("openai", "gpt-4o");
        database.model("azure", "GPT-4o");

        assertThat(models().findIgnoringCase(new ProviderModelId("OpenAI", "GPT-4O")))
                .isEqualTo(List.of(new ProviderModelId("openai", "gpt-4o")));
        assertThat(models().findIgnoringCase(new ProviderModelId("openai", "gpt-5")))
                .isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> models().create(Model.of("OpenAI", "gpt-5", new CanonicalModelId("gpt-5"))))
                .withMessage("the model gpt-5 cannot be written: there is no provider \"OpenAI\"; "
                        + "expected \"openai\", whose slug or name differs only in case");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> models().create(Model.of("unlisted", "gpt-5", new CanonicalModelId("gpt-5"))))
                .withMessageEndingWith("there is no provider \"unlisted\"; create it first");
    }
}
