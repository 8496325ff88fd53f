package io.modelpricing.compat.survival;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.modelpricing.Attribution;
import io.modelpricing.compat.ColumnTypes;
import io.modelpricing.compat.Contract;
import io.modelpricing.compat.LockRetry;
import io.modelpricing.compat.MigrationStatus;
import io.modelpricing.compat.NotAppliedException;
import io.modelpricing.compat.Phase;
import io.modelpricing.compat.Rollback;
import io.modelpricing.compat.StepResult;
import io.modelpricing.compat.Verify;
import io.modelpricing.testing.ThrowawayDatabase;
import io.modelpricing.testing.ThrowawayPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Concurrent runs of a step, and sessions that block a step. */
@Tag("once")
class ContendersTest {

    private static ThrowawayDatabase expanded;
    private static LiveDatabase populated;

    @BeforeAll
    static void populate() {
        populated = LiveDatabase.legacy(ThrowawayPostgres.shared());
        populated.withModelsOfEveryKind();
        MigrationStep.EXPAND.run(populated.dataSource());
        MigrationStep.EXPAND.settle(populated);
        expanded = ThrowawayPostgres.shared().createDatabase(populated.throwaway());
        MigrationStep.POPULATE.run(populated.dataSource());
        MigrationStep.POPULATE.settle(populated);
    }

    @AfterAll
    static void close() {
        populated.close();
        expanded.close();
    }

    private static LiveDatabase copy() {
        return new LiveDatabase(ThrowawayPostgres.shared().createDatabase(populated.throwaway()));
    }

    @Test
    void exactlyOneOfSixteenRunnersContractsAndOneRollsBack() throws Exception {
        LockRetry retry = new LockRetry(Duration.ofMillis(200), 3);
        try (LiveDatabase live = copy()) {
            race(
                    live,
                    "contract",
                    Phase.CONTRACTED,
                    () -> new Contract(live.ctx(), retry, List.of()).run(Attribution.by("runner")));
            race(
                    live,
                    "rollback",
                    Phase.POPULATED,
                    () -> new Rollback(live.ctx(), retry, ColumnTypes.ORIGINAL).run(Attribution.by("runner")));
        }
    }

    private static void race(LiveDatabase live, String step, Phase end, Callable<StepResult> runner) throws Exception {
        ExecutorService runners = Executors.newFixedThreadPool(16);
        List<StepResult> results = Collections.synchronizedList(new ArrayList<>());
        List<NotAppliedException> blocked = Collections.synchronizedList(new ArrayList<>());
        Callable<Boolean> entry = () -> {
            try {
                return results.add(runner.call());
            } catch (NotAppliedException e) {
                return blocked.add(e);
            }
        };
        try {
            for (Future<Boolean> done : runners.invokeAll(Collections.nCopies(16, entry))) {
                done.get();
            }
        } finally {
            runners.shutdownNow();
        }
        long applied = results.stream().filter(StepResult::applied).count();
        System.out.printf(
                "16 runners of %s: %d applied, %d had nothing to do, %d not applied%n",
                step, applied, results.size() - applied, blocked.size());
        assertThat(applied).isEqualTo(1);
        assertThat(results).allSatisfy(result -> {
            assertThat(result.phase()).isEqualTo(end);
            assertThat(result.refused()).isEmpty();
        });
        assertThat(results.size() + blocked.size()).isEqualTo(16);
        assertThat(MigrationStatus.read(live.ctx()).phase()).isEqualTo(end);
        assertThat(live.texts("select 1 from legacy_price_step where step = '" + step + "'"))
                .hasSize(1);
        assertThat(new Verify(live.ctx()).run().findings()).isEmpty();
    }

    @Test
    void sixteenRunnersPopulateOnce() throws Exception {
        try (LiveDatabase live = new LiveDatabase(ThrowawayPostgres.shared().createDatabase(expanded))) {
            ExecutorService runners = Executors.newFixedThreadPool(16);
            try {
                List<Callable<Boolean>> entries = Collections.nCopies(16, () -> {
                    try {
                        MigrationStep.POPULATE.run(live.pool());
                        return true;
                    } catch (NotAppliedException e) {
                        return false;
                    }
                });
                int ended = 0;
                for (Future<Boolean> done : runners.invokeAll(entries)) {
                    ended += done.get() ? 1 : 0;
                }
                System.out.printf("16 runners of populate: %d ended, %d not applied%n", ended, 16 - ended);
                assertThat(ended).isPositive();
            } finally {
                runners.shutdownNow();
            }
            // Each model has one version, not one for each runner.
            assertThat(live.texts(
                            "select model_id from model_pricing_version where reason = 'populate: imported from the"
                                    + " legacy columns' group by model_id having count(*) > 1"))
                    .isEmpty();
            assertThat(new Verify(live.ctx()).run().findings()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"models", "models_with_pricing"})
    void blockerIsReportedAndReadersDoNotWaitForIt(String relation) throws Exception {
        Duration lockTimeout = Duration.ofMillis(200);
        try (LiveDatabase live = copy();
                Connection report = live.dataSource().getConnection();
                Statement idle = report.createStatement()) {
            report.setAutoCommit(false);
            idle.execute("set application_name = 'nightly report'");
            idle.execute("select count(*) from " + relation);
            String pid = String.valueOf(
                    report.unwrap(org.postgresql.PGConnection.class).getBackendPID());

            AtomicBoolean ends = new AtomicBoolean();
            AtomicLong longest = new AtomicLong();
            Thread reader = new Thread(() -> {
                try {
                    longest.set(longestRead(live, ends));
                } catch (SQLException e) {
                    longest.set(Long.MAX_VALUE);
                }
            });
            reader.start();
            long since = System.nanoTime();
            Contract contract = new Contract(live.ctx(), new LockRetry(lockTimeout, 4), List.of());
            assertThatExceptionOfType(NotAppliedException.class)
                    .isThrownBy(() -> contract.run(Attribution.by("operator")))
                    .satisfies(failure -> assertThat(failure.blockers()).anySatisfy(blocker -> {
                        assertThat(blocker.pid()).hasToString(pid);
                        assertThat(blocker.application()).isEqualTo("nightly report");
                        assertThat(blocker.state()).isEqualTo("idle in transaction");
                    }))
                    .withMessageContaining("pid " + pid)
                    .withMessageContaining("nightly report");
            long took = (System.nanoTime() - since) / 1_000_000;
            ends.set(true);
            reader.join();
            System.out.printf(
                    "blocker on %s: not applied after %d ms, the longest read took %d ms, lock_timeout is %d ms%n",
                    relation, took, longest.get(), lockTimeout.toMillis());
            // Four attempts with one or two waits each, and three pauses of at most half a second.
            assertThat(took).isLessThan(10_000);
            assertThat(longest.get()).isLessThan(2 * lockTimeout.toMillis() + 1000);
            assertThat(MigrationStatus.read(live.ctx()).phase()).isEqualTo(Phase.POPULATED);

            report.rollback();
            assertThat(contract.run(Attribution.by("operator")).applied()).isTrue();
        }
    }

    @Test
    void readerOfPricesDoesNotBlockContract() throws Exception {
        try (LiveDatabase live = copy();
                Connection report = live.dataSource().getConnection();
                Statement idle = report.createStatement()) {
            report.setAutoCommit(false);
            idle.execute("select count(*) from model_pricing");
            assertThat(new Contract(live.ctx()).run(Attribution.by("operator")).applied())
                    .isTrue();
            assertThat(new Rollback(live.ctx(), ColumnTypes.ORIGINAL)
                            .run(Attribution.by("operator"))
                            .applied())
                    .isTrue();
        }
    }

    private static long longestRead(LiveDatabase live, AtomicBoolean ends) throws SQLException {
        long longest = 0;
        try (Connection connection = live.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            while (!ends.get()) {
                long since = System.nanoTime();
                try (ResultSet row = statement.executeQuery("select pricing_prompt from models where id = 5")) {
                    row.next();
                }
                longest = Math.max(longest, System.nanoTime() - since);
            }
        }
        return longest / 1_000_000;
    }
}
