package io.modelpricing.compat.survival;

import static io.modelpricing.compat.LegacyUnit.PER_IMAGE;
import static io.modelpricing.compat.LegacyUnit.PER_MILLION;
import static io.modelpricing.compat.LegacyUnit.PER_REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.Attribution;
import io.modelpricing.compat.ColumnTypes;
import io.modelpricing.compat.Contract;
import io.modelpricing.compat.Declarations;
import io.modelpricing.compat.Declarations.Scope;
import io.modelpricing.compat.Populate;
import io.modelpricing.compat.Rollback;
import io.modelpricing.compat.StepResult;
import io.modelpricing.compat.Verify;
import io.modelpricing.compat.Zero;
import io.modelpricing.testing.ThrowawayPostgres;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Measures for how long contract blocks readers. {@code -Dpricing.lock.models=1000000} sets the number of models,
 * {@code -Dpricing.lock.runs=1} the number of runs; {@code -Dpricing.lock.millis=50} fails above that median.
 */
@Tag("once")
class LockTimeTest {

    private static final int MODELS = Integer.getInteger("pricing.lock.models", 10_856);
    private static final int RUNS = Integer.getInteger("pricing.lock.runs", 7);
    // The limit is far above the printed figures, for busy machines.
    private static final long LIMIT = Long.getLong("pricing.lock.millis", MODELS <= 10_856 ? 250 : Long.MAX_VALUE);
    private static final Scope ALL = new Scope.All();

    @Test
    void contractBlocksReadersForMilliseconds() {
        try (LiveDatabase live = LiveDatabase.legacy(ThrowawayPostgres.shared())) {
            live.sql("""
                    insert into models (
                        provider_id, model_id, model_name, provider_model_id,
                        pricing_prompt, pricing_completion, pricing_image, pricing_request)
                    select
                        nullif(n %% 3, 0), 'm' || n %% 1000, 'M', 'm' || n,
                        case when n %% 10 < 7 then null when n %% 10 = 7 then 0 else n %% 1000 / 100.0 end,
                        case when n %% 10 < 7 then null when n %% 10 = 7 then 0 else n %% 1000 / 50.0 end,
                        case when n %% 100 = 9 then 0.04 end, case when n %% 100 = 19 then 0.01 end
                    from generate_series(1, %d) n
                    """.formatted(MODELS));
            live.sql("analyze models");
            MigrationStep.EXPAND.run(live.dataSource());
            Populate.Result populated = timed(
                    "populate",
                    () -> new Populate(live.ctx())
                            .run(
                                    Declarations.none()
                                            .tokens(ALL, PER_MILLION)
                                            .image(ALL, PER_IMAGE)
                                            .request(ALL, PER_REQUEST)
                                            .zero(ALL, Zero.FREE),
                                    Attribution.by("lock")));
            assertThat(populated.inserted()).isEqualTo(MODELS);
            MigrationStep.POPULATE.settle(live);
            assertThat(timed("verify", () -> new Verify(live.ctx()).run()).findings())
                    .isEmpty();
            List<Long> locked = new ArrayList<>();
            for (int run = 1; run < RUNS; run++) {
                StepResult rehearsed = new Contract(live.ctx()).rehearse(Attribution.by("lock"));
                assertThat(rehearsed.refused()).isEmpty();
                locked.add(rehearsed.lockDuration().toMillis());
            }
            locked.add(applied(timed("contract", () -> new Contract(live.ctx()).run(Attribution.by("lock")))));
            assertThat(timed("verify against the archive", () -> new Verify(live.ctx()).run())
                            .findings())
                    .isEmpty();
            long back = applied(timed(
                    "rollback", () -> new Rollback(live.ctx(), ColumnTypes.ORIGINAL).run(Attribution.by("lock"))));
            assertThat(timed("verify", () -> new Verify(live.ctx()).run()).findings())
                    .isEmpty();
            System.out.printf(
                    "PostgreSQL %s, %d models: contract blocks readers for %s ms (the last run is not a rehearsal), rollback for %d ms%n",
                    ThrowawayPostgres.shared().version(), MODELS, locked, back);
            assertThat(median(locked)).isLessThanOrEqualTo(LIMIT);
        }
    }

    private static long applied(StepResult result) {
        assertThat(result.refused()).isEmpty();
        assertThat(result.applied()).isTrue();
        return result.lockDuration().toMillis();
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private static <T> T timed(String what, Supplier<T> work) {
        long since = System.nanoTime();
        T result = work.get();
        System.out.printf("%d models: %s took %d ms%n", MODELS, what, (System.nanoTime() - since) / 1_000_000);
        return result;
    }
}
