package io.modelpricing.compat;

import static io.modelpricing.compat.LegacyUnit.PER_IMAGE;
import static io.modelpricing.compat.LegacyUnit.PER_MILLION;
import static io.modelpricing.compat.LegacyUnit.PER_REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.Attribution;
import io.modelpricing.ModelId;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.compat.Declarations.Scope;
import io.modelpricing.jooq.JooqPricingRepository;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class MigrationTest {

    private static final Scope ALL = new Scope.All();
    private static final Declarations DECLARED = Declarations.none()
            .tokens(ALL, PER_MILLION)
            .image(ALL, PER_IMAGE)
            .request(ALL, PER_REQUEST)
            .zero(ALL, Zero.FREE);

    /** The cells of all models as PostgreSQL's text. */
    private static List<String> cells(LegacyDatabase database, String table) {
        return database.ctx()
                .fetch(
                        "select concat_ws('|', id, pricing_prompt::text, '-', pricing_completion::text, '-', pricing_image::text,"
                                + " '-', pricing_request::text, updated_at) from " + table + " order by id")
                .getValues(0, String.class);
    }

    private static LegacyDatabase populated() {
        LegacyDatabase database = LegacyDatabase.expanded()
                .model(1, "acme", "0.5, 1.5, null, null")
                .model(2, "bolt", "0, 0, null, null")
                .model(3, "acme", "-1, -1, null, null")
                .model(4, "bolt", "null, null, 0.04, 0.01")
                .model(5, "none", "null, null, null, null");
        new Populate(database.ctx()).run(DECLARED, Attribution.by("test"));
        return database;
    }

    @Test
    void contractAndRollbackRestoreEveryCellExactly() {
        try (LegacyDatabase database = populated()) {
            List<String> before = cells(database, "models");
            assertThat(new Verify(database.ctx()).run().findings()).isEmpty();

            StepResult rehearsed = new Contract(database.ctx()).rehearse(Attribution.by("test"));
            assertThat(rehearsed.refused()).isEmpty();
            assertThat(rehearsed.applied()).isFalse();
            assertThat(Phase.of(database.ctx())).isEqualTo(Phase.POPULATED);

            StepResult contracted = new Contract(database.ctx()).run(Attribution.by("test"));
            assertThat(contracted.refused()).isEmpty();
            assertThat(contracted.applied()).isTrue();
            assertThat(contracted.archived()).isEqualTo(5);
            assertThat(Phase.of(database.ctx())).isEqualTo(Phase.CONTRACTED);
            assertThat(new Verify(database.ctx()).run().findings()).isEmpty();
            assertThat(MigrationStatus.read(database.ctx()).rollbackRefusals()).isEmpty();

            assertThat(new Populate(database.ctx())
                            .run(DECLARED, Attribution.by("test"))
                            .models())
                    .as("models of a populate after contract")
                    .isZero();

            StepResult rolledBack = new Rollback(database.ctx(), ColumnTypes.ORIGINAL).run(Attribution.by("test"));
            assertThat(rolledBack.refused()).isEmpty();
            assertThat(rolledBack.applied()).isTrue();
            assertThat(cells(database, "models")).isEqualTo(before);
            assertThat(new Verify(database.ctx()).run().findings()).isEmpty();

            assertThat(new Contract(database.ctx()).run(Attribution.by("test")).applied())
                    .isTrue();
        }
    }

    @Test
    void writesAreCopiedInBothDirections() {
        try (LegacyDatabase database = populated()) {
            database.sql("update models set pricing_prompt = 0.7 where id = 1");
            assertThat(new JooqPricingRepository(database.ctx())
                            .find(new ModelId(1))
                            .orElseThrow()
                            .pricing())
                    .isEqualTo(Pricing.paid(Price.perMillion("0.7"), Price.perMillion("1.5")));

            new JooqPricingRepository(database.ctx())
                    .upsert(
                            new PriceUpdate(
                                    new ModelId(1),
                                    Pricing.paid(Price.perMillion("0.123456789012345"), Price.perMillion("2")),
                                    PricingSource.PROVIDER,
                                    Instant.now()),
                            Attribution.by("test"));
            assertThat(cells(database, "models").get(0)).startsWith("1|0.1234567890|-|2.0000000000|-|-");
            assertThat(new Verify(database.ctx()).run().findings()).isEmpty();
        }
    }

    @Test
    void legacyNamesWorkBeforeAndAfterContract() {
        try (LegacyDatabase database = populated()) {
            new CompatViews(database.ctx(), LockRetry.DEFAULT).install(Attribution.by("test"));
            List<String> before = cells(database, "models");
            assertThat(cells(database, "pricing_legacy.models")).isEqualTo(before);
            assertThat(cells(database, "models_legacy_pricing")).isEqualTo(before);
            new Contract(database.ctx()).run(Attribution.by("test"));

            assertThat(cells(database, "pricing_legacy.models")).isEqualTo(before);
            assertThat(database.ctx()
                            .fetchSingle("select m.pricing_prompt from models m where m.id = 1")
                            .get(0))
                    .hasToString("0.5000000000");
            database.sql(
                    "set search_path = pricing_legacy, public; update models set pricing_prompt = 0.9 where id = 1;"
                            + " insert into models (id, model_id, model_name, provider_model_id, provider_id, pricing_prompt)"
                            + " values (99, 'n', 'N', 'n', 1, 3)");
            assertThat(new JooqPricingRepository(database.ctx())
                            .find(new ModelId(1))
                            .orElseThrow()
                            .pricing())
                    .isEqualTo(Pricing.paid(Price.perMillion("0.9"), Price.perMillion("1.5")));
            assertThat(database.ctx()
                            .fetch(
                                    "select pricing_prompt::text from pricing_legacy.models where provider_model_id = 'n'")
                            .getValues(0, String.class))
                    .containsExactly("3.0000000000");
            assertThat(new Verify(database.ctx()).run().findings()).isEmpty();
            assertThat(new Rollback(database.ctx(), ColumnTypes.ORIGINAL)
                            .run(Attribution.by("test"))
                            .applied())
                    .isTrue();
            assertThat(cells(database, "models").get(0)).startsWith("1|0.9000000000|-|1.5000000000");
        }
    }
}
