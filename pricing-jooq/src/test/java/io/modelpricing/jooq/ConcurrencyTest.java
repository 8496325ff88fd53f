package io.modelpricing.jooq;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.Outcome;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.PriceVersion;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.UpsertOutcome;
import io.modelpricing.UpsertOutcome.Result;
import io.modelpricing.UpsertReport;
import java.math.BigDecimal;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConcurrencyTest {

    private static final int WRITERS = 16;
    private static final int SECONDS_OF_WRITING = Integer.getInteger("pricing.concurrency.seconds", 5);

    /** Models that only sources write, so the latest observation of each must be stored in the end. */
    private static final int OBSERVED = 30;

    /** The last of the models with manual overrides and deletions. */
    private static final int DELETED = 40;

    /** All models. The last ones also have manual overrides, and are written by plain SQL that locks no models. */
    private static final int MODELS = 50;

    /** The kinds of transactions; the last one makes several calls. */
    private static final int KINDS = 10;

    private static final Attribution SYNC = Attribution.by("api_sync:openai");
    private static final Attribution ADA = Attribution.by("manual:ada").because("price of the invoice");
    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");

    private final PricingDatabase database = PricingDatabase.expanded();
    private final JooqPricingRepository repository = new JooqPricingRepository(database.ctx());

    @AfterEach
    void drop() {
        database.close();
    }

    private void models(int count) {
        database.sql("insert into models (model_id, model_name, provider_model_id) select 'm' || i, 'm', 'm' || i "
                + "from generate_series(1, " + count + ") i");
    }

    /** Returns a price. Some consecutive numbers share a set of further rates, which concurrent writers then create. */
    private static Pricing price(long number) {
        RateCard card = RateCard.of(Price.perMillion(BigDecimal.valueOf(number)), Price.ZERO);
        return new Pricing.Paid(
                number % 7 == 0
                        ? card.plus(Rate.of(BillingUnit.CACHE_READ, Price.perMillion("" + number / 49)))
                        : card);
    }

    /** Returns the n-th observation. */
    private static PriceUpdate observation(ModelId model, long n) {
        return new PriceUpdate(model, price(n), PricingSource.PROVIDER, T0.plusMillis(n));
    }

    @Test
    void concurrentCallsNeitherDeadlockNorLoseUpdates() throws Exception {
        write(false);
    }

    /** Both transactions of a deadlock may create the same sets of rates, in different orders. */
    @Test
    void concurrentTransactionsOfSeveralCallsLoseNoUpdatesWhenTheyRunAgainAfterADeadlock() throws Exception {
        write(true);
    }

    private void write(boolean severalCalls) throws Exception {
        models(MODELS);
        long seed = new Random().nextLong();
        AtomicLong observations = new AtomicLong(MODELS);
        AtomicLong changes = new AtomicLong(1);
        repository.upsertAll(
                IntStream.rangeClosed(DELETED + 1, MODELS)
                        .mapToObj(id -> observation(new ModelId(id), id))
                        .toList(),
                SYNC);
        Map<ModelId, Long> latest = new ConcurrentHashMap<>();
        long end = System.nanoTime() + SECONDS.toNanos(SECONDS_OF_WRITING);
        ExecutorService pool = Executors.newFixedThreadPool(WRITERS);
        List<Future<?>> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            Random random = new Random(seed + i);
            writers.add(pool.submit(() -> {
                try (Connection connection = database.database().dataSource().getConnection()) {
                    DSLContext ctx = DSL.using(connection, SQLDialect.POSTGRES);
                    while (System.nanoTime() < end) {
                        int kind = random.nextInt(severalCalls ? KINDS : KINDS - 1);
                        Map<ModelId, Long> observed = new HashMap<>();
                        try {
                            boolean changed = ctx.transactionResult(
                                    trx -> write(kind, trx.dsl(), random, observations, observed));
                            changes.addAndGet(changed ? 1 : 0);
                            observed.forEach((model, n) -> latest.merge(model, n, Math::max));
                        } catch (DataAccessException e) {
                            if (!severalCalls || !"40P01".equals(e.sqlState())) {
                                throw e;
                            }
                        }
                    }
                }
                return null;
            }));
        }
        pool.shutdown();
        for (Future<?> writer : writers) {
            assertThat(writer)
                    .as("seed %s", seed)
                    .succeedsWithin(java.time.Duration.ofSeconds(SECONDS_OF_WRITING + 60L));
        }

        assertThat(changes.get()).isGreaterThan(WRITERS);
        assertThat(database.revision())
                .as("one for each transaction that changed prices, seed %s", seed)
                .isEqualTo(changes.get())
                .isEqualTo(database.number("select count(distinct xmin::text) from model_pricing_version"));
        for (long id = 1; id <= MODELS; id++) {
            ModelId model = new ModelId(id);
            ModelPricing current = repository.find(model).orElseThrow();
            if (id <= OBSERVED && latest.containsKey(model)) {
                assertThat(current.pricing()).as("model %s, seed %s", id, seed).isEqualTo(price(latest.get(model)));
                assertThat(current.lastUpdated()).isEqualTo(T0.plusMillis(latest.get(model)));
            }
            List<PriceVersion> versions = repository.versions(model);
            assertThat(versions)
                    .extracting(PriceVersion::number)
                    .as("model %s, seed %s", id, seed)
                    .isEqualTo(IntStream.rangeClosed(1, versions.size()).boxed().toList());
            assertThat(versions).extracting(PriceVersion::validFrom).isSorted().doesNotHaveDuplicates();
            if (!versions.isEmpty()) {
                assertThat(versions.get(versions.size() - 1).pricing()).isEqualTo(current.pricing());
            }
        }
    }

    private static boolean write(
            int kind, DSLContext ctx, Random random, AtomicLong observations, Map<ModelId, Long> observed) {
        JooqPricingRepository repository = new JooqPricingRepository(ctx);
        ModelId any = new ModelId(OBSERVED + 1L + random.nextInt(MODELS - OBSERVED));
        return switch (kind) {
            case 0 -> isChange(repository.setManual(any, Pricing.paid(price(), Price.ZERO), ADA));
            case 1 -> repository.release(any, ADA) == Outcome.DONE;
            case 2 ->
                repository.delete(new ModelId(OBSERVED + 1L + random.nextInt(DELETED - OBSERVED)), ADA) == Outcome.DONE;
            case 3 -> updateByPlainSql(ctx, random);
            case 4 -> {
                // Health checks update the models all day, which moves their rows within the table.
                ctx.execute(
                        "update models set average_response_time_ms = ? where id = ?",
                        random.nextInt(),
                        1 + random.nextInt(MODELS));
                yield false;
            }
            case KINDS - 1 -> {
                // In the order of the ids.
                int cut = 1 + random.nextInt(MODELS - 1);
                boolean isChanged = upsert(repository, random, 1, cut, observations, observed);
                yield upsert(repository, random, cut + 1, MODELS, observations, observed) || isChanged;
            }
            default -> upsert(repository, random, 1, MODELS, observations, observed);
        };
    }

    /** Writes some rows one by one, in the order of their ids. */
    private static boolean updateByPlainSql(DSLContext ctx, Random random) {
        int rows = 0;
        for (int id = DELETED + 1; id <= MODELS; id++) {
            if (random.nextInt(3) == 0) {
                rows += ctx.execute(
                        "update model_pricing set price_per_request = ? where model_id = ?", price().usd(), id);
            }
        }
        return rows > 0;
    }

    private static boolean upsert(
            JooqPricingRepository repository,
            Random random,
            int first,
            int last,
            AtomicLong observations,
            Map<ModelId, Long> observed) {
        List<Long> ids = LongStream.rangeClosed(first, last).boxed().collect(toCollection(ArrayList::new));
        Collections.shuffle(ids, random);
        List<PriceUpdate> updates = new ArrayList<>();
        for (long id : ids.subList(0, 1 + random.nextInt(ids.size()))) {
            ModelId model = new ModelId(id);
            long n = observations.incrementAndGet();
            observed.merge(model, n, Math::max);
            updates.add(observation(model, n));
        }
        UpsertReport result = repository.upsertAll(updates, SYNC);
        return result.outcomes().stream().anyMatch(ConcurrencyTest::isChange);
    }

    private static boolean isChange(UpsertOutcome outcome) {
        return outcome.result() == Result.INSERTED || outcome.result() == Result.UPDATED;
    }

    private static final AtomicLong PRICES = new AtomicLong(1_000_000);

    /** Returns a price that no other model has. */
    private static Price price() {
        return Price.perMillion(BigDecimal.valueOf(PRICES.incrementAndGet()));
    }

    @Test
    void concurrentFirstPricesLeaveTheLatestObservation() throws Exception {
        models(8);
        ExecutorService pool = Executors.newFixedThreadPool(4);
        CyclicBarrier start = new CyclicBarrier(4);
        for (long id = 1; id <= 8; id++) {
            ModelId model = new ModelId(id);
            List<Future<Result>> results = new ArrayList<>();
            for (int i = 1; i <= 4; i++) {
                int n = i;
                results.add(pool.submit(() -> {
                    start.await(30, SECONDS);
                    return repository.upsert(observation(model, n), SYNC).result();
                }));
            }
            List<Result> answers = new ArrayList<>();
            for (Future<Result> result : results) {
                answers.add(result.get(30, SECONDS));
            }

            assertThat(answers)
                    .containsOnlyOnce(Result.INSERTED)
                    .isSubsetOf(Result.INSERTED, Result.UPDATED, Result.STALE);
            assertThat(repository.find(model).orElseThrow().pricing()).isEqualTo(price(4));
            assertThat(repository.versions(model)).hasSize((int)
                    answers.stream().filter(answer -> answer != Result.STALE).count());
        }
        pool.shutdown();
    }

    @Test
    void rowThatPlainSqlInsertsConcurrentlyIsComparedToo() throws Exception {
        models(3);
        try (Connection foreign = database.database().dataSource().getConnection()) {
            foreign.setAutoCommit(false);
            foreign.createStatement()
                    .execute(
                            "insert into model_pricing (model_id, price_per_input_token, pricing_type, pricing_source, "
                                    + "last_updated) select i, 0.5, 'paid', 'provider', '2026-01-01 00:00:00.002+00' "
                                    + "from generate_series(2, 3) i");
            CompletableFuture<UpsertReport> ours = CompletableFuture.supplyAsync(() -> repository.upsertAll(
                    List.of(
                            observation(new ModelId(3), 1),
                            observation(new ModelId(2), 9),
                            observation(new ModelId(1), 1)),
                    SYNC));
            assertThatThrownBy(() -> ours.get(300, MILLISECONDS)).isInstanceOf(TimeoutException.class);
            foreign.commit();

            assertThat(ours.get(10, SECONDS).outcomes())
                    .extracting(UpsertOutcome::result)
                    .containsExactly(Result.STALE, Result.UPDATED, Result.INSERTED);
        }
    }

    @Test
    void repeatableReadCallerGetsSerializationFailure() throws Exception {
        models(3);
        repository.upsert(observation(new ModelId(1), 1), SYNC);
        for (long id = 1; id <= 3; id++) {
            try (Connection snapshot = database.database().dataSource().getConnection()) {
                snapshot.setAutoCommit(false);
                snapshot.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                snapshot.createStatement().execute("select from models");
                ModelId written = new ModelId(id == 3 ? 1 : id);
                ModelId other = new ModelId(id);
                repository.upsert(observation(written, 10 + id), SYNC);
                long revision = database.revision();

                assertThatThrownBy(() -> {
                            new JooqPricingRepository(DSL.using(snapshot, SQLDialect.POSTGRES))
                                    .upsert(observation(other, 100 + other.value()), SYNC);
                            snapshot.commit();
                        })
                        .as("model %s", id)
                        .satisfies(e -> assertThat(sqlState(e)).isEqualTo("40001"));

                assertThat(database.revision()).isEqualTo(revision);
            }
        }
        assertThat(repository.find(new ModelId(3)).orElseThrow().version()).isZero();
    }

    private static String sqlState(Throwable e) {
        return e instanceof DataAccessException failure
                ? failure.sqlState()
                : ((java.sql.SQLException) e).getSQLState();
    }
}
