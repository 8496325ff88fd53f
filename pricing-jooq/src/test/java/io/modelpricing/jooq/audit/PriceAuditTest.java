package io.modelpricing.jooq.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.modelpricing.Attribution;
import io.modelpricing.ModelId;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.PricingType;
import io.modelpricing.RequestId;
import io.modelpricing.Usage;
import io.modelpricing.jooq.JooqPricingRepository;
import io.modelpricing.jooq.PricingDatabase;
import io.modelpricing.jooq.audit.PriceAudit.Finding;
import io.modelpricing.jooq.audit.PriceAudit.Kind;
import io.modelpricing.jooq.audit.PriceAudit.Report;
import io.modelpricing.jooq.costs.RequestCosts;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PriceAuditTest {

    private static final Attribution TEST = Attribution.by("test").because("test");

    private final PricingDatabase database = PricingDatabase.expanded().provider("acme");
    private final JooqPricingRepository repository = new JooqPricingRepository(database.ctx());

    @AfterEach
    void dropDatabase() {
        database.close();
    }

    private Report audit() {
        return new PriceAudit(database.ctx()).run(Duration.ofDays(3), Duration.ofDays(30));
    }

    private ModelId priced(String name, Pricing pricing, String source, Duration age) {
        ModelId model = database.model("acme", name);
        repository.upsert(
                new PriceUpdate(
                        model, pricing, new PricingSource(source), Instant.now().minus(age)),
                TEST);
        return model;
    }

    private static Pricing paid(String input, String output) {
        return Pricing.paid(Price.perMillion(input), Price.perMillion(output));
    }

    @Test
    void soundPricesHaveNoFindings() {
        priced("fresh", paid("1", "2"), "provider", Duration.ofHours(1));
        ModelId manual = database.model("acme", "manual");
        repository.setManual(manual, paid("1", "2"), TEST);
        database.sql(
                "update model_pricing set last_updated = now() - interval '1 year' where pricing_source = 'manual'");
        database.sql("update models set is_active = false where id = " + database.model("acme", "inactive"));

        Report report = audit();

        assertThat(report.findings()).isEmpty();
        assertThat(report.passed()).isTrue();
        assertThat(report.modelsChecked()).isEqualTo(2);
        assertThat(report.byType())
                .containsEntry(PricingType.PAID, 2L)
                .containsEntry(PricingType.MISSING, 1L)
                .containsEntry(PricingType.FREE, 0L);
    }

    @Test
    void eachKindIsFound() {
        ModelId stale = priced("stale", paid("1", "2"), "provider", Duration.ofHours(73));
        ModelId atZero = priced("at zero", paid("1", "0"), "provider", Duration.ZERO);
        ModelId inferred = priced("inferred", Pricing.free(), "inferred", Duration.ZERO);
        ModelId quarantined = priced("quarantined", paid("1", "2"), "provider", Duration.ZERO);
        database.sql("insert into model_pricing_quarantine (model_id, origin, original, reason) values (" + quarantined
                + ", 'models', '{}', 'negative')");

        assertThat(audit().findings())
                .extracting(finding -> finding.kind().id() + " " + finding.model() + " " + finding.provider() + "/"
                        + finding.providerModelId())
                .containsExactly(
                        "stale " + stale + " acme/stale",
                        "paid_at_zero " + atZero + " acme/at zero",
                        "free_by_inference " + inferred + " acme/inferred",
                        "quarantined " + quarantined + " acme/quarantined");
        assertThat(audit().findings(Kind.PAID_AT_ZERO))
                .extracting(Finding::detail)
                .containsExactly("input 0.000001, output 0");
        assertThat(audit().findings(Kind.QUARANTINED))
                .extracting(Finding::detail)
                .containsExactly("negative");
        assertThat(audit().passed()).isFalse();
    }

    @Test
    void unpricedModelsAreSortedByTheirTokens() {
        ModelId idle = database.model("acme", "idle");
        ModelId quiet = database.model("acme", "quiet");
        ModelId busy = database.model("acme", "busy");
        record("r1", quiet, 10);
        record("r2", busy, 1_000);
        record("r3", busy, 500);

        assertThat(audit().findings(Kind.UNPRICED))
                .extracting(finding -> finding.model() + " " + finding.requests() + " " + finding.tokens())
                .containsExactly(busy + " 2 1500", quiet + " 1 10", idle + " 0 0");
        assertThat(audit().findings(Kind.UNPRICED)).extracting(Finding::detail).containsOnly("never_known");
    }

    private void record(String request, ModelId model, long tokens) {
        new RequestCosts(database.ctx())
                .record(
                        new RequestId(request),
                        repository.find(model).orElseThrow().quote().cost(Usage.of(tokens, 0)));
    }

    @Test
    void durationsMustBePositive() {
        PriceAudit audit = new PriceAudit(database.ctx());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> audit.run(Duration.ZERO, Duration.ofDays(1)))
                .withMessage("staleAfter must be positive and at most 36500 days, but was PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> audit.run(Duration.ofDays(1), Duration.ofDays(-1)))
                .withMessageContaining("trafficPeriod");
    }
}
