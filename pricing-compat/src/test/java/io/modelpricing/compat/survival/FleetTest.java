package io.modelpricing.compat.survival;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.Attribution;
import io.modelpricing.compat.ColumnTypes;
import io.modelpricing.compat.CompatViews;
import io.modelpricing.compat.Contract;
import io.modelpricing.compat.Declarations;
import io.modelpricing.compat.Declarations.Scope;
import io.modelpricing.compat.LegacyUnit;
import io.modelpricing.compat.LockRetry;
import io.modelpricing.compat.Populate;
import io.modelpricing.compat.Rollback;
import io.modelpricing.compat.StepResult;
import io.modelpricing.compat.Verify;
import io.modelpricing.compat.Zero;
import io.modelpricing.testing.ThrowawayPostgres;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Runs the migration while legacy and new services use the database. {@code -Dpricing.fleet.seconds=60} sets the time
 * between the steps, {@code -Dpricing.fleet.models} the number of models.
 */
@Tag("once")
class FleetTest {

    private static final int MODELS = Integer.getInteger("pricing.fleet.models", 200);
    private static final double SECONDS = Double.parseDouble(System.getProperty("pricing.fleet.seconds", "0.7"));
    private static final int PAUSE = Integer.getInteger("pricing.fleet.pause.micros", 2000);
    private static final Scope ALL = new Scope.All();
    private static final String PRICES = "select model_id || '|' || price_per_input_token * 1000000 from model_pricing"
            + " where price_per_input_token > 0 and price_per_output_token = 10 * price_per_input_token";

    @Test
    void servicesKeepWorkingAndNoWriteIsLost() throws Exception {
        try (LiveDatabase live = LiveDatabase.legacy(ThrowawayPostgres.shared())) {
            live.sql("""
                    insert into models (provider_id, model_id, model_name, provider_model_id, pricing_prompt, pricing_completion)
                    select 1 + n %% 2, 'm', 'M', 'm' || n, n / 10.0, n from generate_series(1, %d) n
                    """.formatted(MODELS));
            MigrationStep.EXPAND.run(live.dataSource());
            live.sql("analyze models");
            List<Long> models = live.texts("select id from models order by id").stream()
                    .map(Long::valueOf)
                    .toList();
            try (Fleet fleet = new Fleet(live, PAUSE)) {
                fleet.start(models);
                during(fleet, "before", () -> {});
                during(
                        fleet,
                        "populate",
                        () -> new Populate(live.ctx())
                                .run(
                                        Declarations.none()
                                                .tokens(ALL, LegacyUnit.PER_MILLION)
                                                .zero(ALL, Zero.FREE),
                                        Attribution.by("fleet")));
                fleet.populated();
                MigrationStep.POPULATE.settle(live);
                during(
                        fleet,
                        "compat install",
                        () -> new CompatViews(live.ctx(), LockRetry.DEFAULT).install(Attribution.by("fleet")));
                during(fleet, "verify", () -> verified(live));
                during(fleet, "contract", () -> applied(new Contract(live.ctx()).run(Attribution.by("fleet"))));
                during(fleet, "verify", () -> verified(live));
                during(
                        fleet,
                        "rollback",
                        () -> applied(new Rollback(live.ctx(), ColumnTypes.ORIGINAL).run(Attribution.by("fleet"))));
                during(fleet, "verify", () -> verified(live));
                during(fleet, "contract", () -> applied(new Contract(live.ctx()).run(Attribution.by("fleet"))));
                fleet.end();

                System.out.printf(
                        "PostgreSQL %s: %d operations, %d errors, retried %s%n",
                        ThrowawayPostgres.shared().version(),
                        fleet.operations(),
                        fleet.errors().size(),
                        fleet.retries());
                assertThat(fleet.errors()).isEmpty();
                assertThat(
                                fleet.lost(
                                        PRICES,
                                        "select id || '|' || pricing_prompt from pricing_legacy.models where pricing_prompt > 0"))
                        .isEmpty();
                assertThat(fleet.retries().keySet())
                        .allSatisfy(retried -> assertThat(retried).doesNotContain("reader"));
                verified(live);
            }
        }
    }

    private static void during(Fleet fleet, String step, Runnable work) throws InterruptedException {
        fleet.longest("");
        long since = System.nanoTime();
        work.run();
        long took = (System.nanoTime() - since) / 1_000_000;
        Thread.sleep((long) (SECONDS * 1000));
        System.out.printf(
                "%-16s took %5d ms; the longest read took %4d ms, the longest write %4d ms%n",
                step, took, fleet.longest("reader"), fleet.longest("writer"));
    }

    private static StepResult applied(StepResult result) {
        assertThat(result.refused()).isEmpty();
        assertThat(result.applied()).isTrue();
        return result;
    }

    private static Verify.Report verified(LiveDatabase live) {
        Verify.Report report = new Verify(live.ctx()).run();
        assertThat(report.findings()).isEmpty();
        return report;
    }
}
