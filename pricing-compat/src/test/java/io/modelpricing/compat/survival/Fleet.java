package io.modelpricing.compat.survival;

import io.modelpricing.Attribution;
import io.modelpricing.ModelId;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.jooq.JooqPricingRepository;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;

/**
 * Legacy and new services that read and write prices during the migration. Each writer has its own models.
 */
final class Fleet implements AutoCloseable {

    /** Deadlock, lock not available. */
    private static final Set<String> RETRIED = Set.of("40P01", "55P03");

    /** A service that writes the column writes the view instead. */
    private static final String UNDEFINED_COLUMN = "42703";

    private static final String BY_NAME = "update models set pricing_prompt = ?, pricing_completion = ? where id = ?";
    private static final String BY_VIEW =
            "update pricing_legacy.models set pricing_prompt = ?, pricing_completion = ? where id = ?";

    private final LiveDatabase live;
    private final List<Thread> threads = new ArrayList<>();
    private final Map<Long, BigDecimal> acknowledged = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> operations = new ConcurrentSkipListMap<>();
    private final Map<String, AtomicLong> longest = new ConcurrentSkipListMap<>();
    private final Map<String, AtomicLong> retries = new ConcurrentSkipListMap<>();
    private final Queue<String> errors = new ConcurrentLinkedQueue<>();
    private final long pauseNanos;
    private volatile boolean isPopulated;
    private volatile boolean ends;

    /** A service: a connection and the operation that it repeats. */
    private interface Work {
        void once(Connection connection, Random random) throws SQLException;
    }

    Fleet(LiveDatabase live, long pauseMicros) {
        this.live = live;
        this.pauseNanos = pauseMicros * 1000;
    }

    /** Starts four readers and five writers, each with its share of the models. */
    void start(List<Long> models) {
        int share = models.size() / 5;
        service("old reader by search path", this::readBySearchPath);
        service("old reader by column", (connection, random) -> readOld(connection, pick(models, random)));
        service("new reader", (connection, random) -> readNew(connection, pick(models, random)));
        service("new reader of all", (connection, random) -> readNewList(connection, models));
        service(
                "old writer by search path",
                (connection, random) ->
                        writeOld(connection, BY_NAME, pick(models.subList(0, share), random), price(random)));
        service(
                "old writer by column",
                (connection, random) ->
                        writeByColumnOrView(connection, pick(models.subList(share, 2 * share), random), price(random)));
        service(
                "new writer",
                (connection, random) ->
                        writeNew(connection, pick(models.subList(2 * share, 3 * share), random), price(random)));
        service(
                "new writer of many",
                (connection, random) -> writeNewBulk(connection, models.subList(3 * share, 4 * share), random));
        service("writer by column and repository", (connection, random) -> {
            long model = pick(models.subList(4 * share, 5 * share), random);
            // Before populate, both writers may set the price of a model; the new writer takes precedence.
            if (!isPopulated || random.nextBoolean()) {
                writeByColumnOrView(connection, model, price(random));
            } else {
                writeNew(connection, model, price(random));
            }
        });
        threads.forEach(Thread::start);
    }

    private static long pick(List<Long> models, Random random) {
        return models.get(random.nextInt(models.size()));
    }

    /** US dollars per million tokens that fit the legacy column. */
    private static BigDecimal price(Random random) {
        return BigDecimal.valueOf(1 + random.nextInt(1_000_000_000), 6);
    }

    private void service(String name, Work work) {
        operations.put(name, new AtomicLong());
        longest.put(name, new AtomicLong());
        threads.add(new Thread(
                () -> {
                    Random random = new Random(name.hashCode());
                    try (Connection connection = live.dataSource().getConnection();
                            Statement path = connection.createStatement()) {
                        if (name.endsWith("by search path")) {
                            path.execute("set search_path = pricing_legacy, public");
                        }
                        while (!ends) {
                            attempt(name, work, connection, random);
                            LockSupport.parkNanos(pauseNanos);
                        }
                    } catch (SQLException e) {
                        errors.add(name + ": " + e);
                    }
                },
                name));
    }

    private void attempt(String name, Work work, Connection connection, Random random) {
        long since = System.nanoTime();
        try {
            work.once(connection, random);
            operations.get(name).incrementAndGet();
        } catch (SQLException | DataAccessException e) {
            String state =
                    e instanceof SQLException failure ? failure.getSQLState() : ((DataAccessException) e).sqlState();
            if (RETRIED.contains(state)) {
                retried(name, state);
            } else {
                errors.add(name + ": " + state + " " + e.getMessage());
            }
        }
        longest.get(name).accumulateAndGet(System.nanoTime() - since, Math::max);
    }

    private void retried(String name, String state) {
        retries.computeIfAbsent(name + " " + state, key -> new AtomicLong()).incrementAndGet();
    }

    private void readBySearchPath(Connection connection, Random random) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement(
                "select id, pricing_prompt, pricing_completion, pricing_image from models where id between ? and ? order by id")) {
            long from = random.nextInt(50);
            read.setLong(1, from);
            read.setLong(2, from + 10);
            rows(read);
        }
    }

    private void readOld(Connection connection, long model) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement(
                "select m.id, m.pricing_prompt, m.pricing_completion from models m where m.id = ?")) {
            read.setLong(1, model);
            if (rows(read) != 1) {
                errors.add("model " + model + " does not exist");
            }
        }
    }

    private void readNew(Connection connection, long model) {
        if (repository(connection).find(new ModelId(model)).isEmpty()) {
            errors.add("model " + model + " has no price");
        }
    }

    private void readNewList(Connection connection, List<Long> models) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement(
                "select id, price_per_input_token, pricing_type from models_with_pricing order by id")) {
            if (rows(read) < models.size()) {
                errors.add("models are missing");
            }
        }
    }

    private static int rows(PreparedStatement read) throws SQLException {
        try (ResultSet rows = read.executeQuery()) {
            int count = 0;
            while (rows.next()) {
                count++;
            }
            return count;
        }
    }

    private void writeByColumnOrView(Connection connection, long model, BigDecimal price) throws SQLException {
        try {
            writeOld(connection, BY_NAME, model, price);
        } catch (SQLException e) {
            if (!UNDEFINED_COLUMN.equals(e.getSQLState())) {
                throw e;
            }
            retried(Thread.currentThread().getName(), UNDEFINED_COLUMN);
            writeOld(connection, BY_VIEW, model, price);
        }
    }

    private void writeOld(Connection connection, String sql, long model, BigDecimal price) throws SQLException {
        try (PreparedStatement write = connection.prepareStatement(sql)) {
            write.setBigDecimal(1, price);
            write.setBigDecimal(2, price.multiply(BigDecimal.TEN));
            write.setLong(3, model);
            if (write.executeUpdate() != 1) {
                errors.add("model " + model + " was not written");
            }
        }
        acknowledged.put(model, price);
    }

    private void writeNew(Connection connection, long model, BigDecimal price) {
        repository(connection).upsert(update(model, price), Attribution.by("fleet"));
        acknowledged.put(model, price);
    }

    private void writeNewBulk(Connection connection, List<Long> models, Random random) {
        Map<Long, BigDecimal> prices = new TreeMap<>();
        for (int i = 0; i < 5; i++) {
            prices.put(pick(models, random), price(random));
        }
        List<PriceUpdate> updates = new ArrayList<>();
        prices.forEach((model, price) -> updates.add(update(model, price)));
        repository(connection).upsertAll(updates, Attribution.by("fleet"));
        acknowledged.putAll(prices);
    }

    private static PriceUpdate update(long model, BigDecimal price) {
        return new PriceUpdate(
                new ModelId(model),
                Pricing.paid(Price.perMillion(price), Price.perMillion(price.multiply(BigDecimal.TEN))),
                PricingSource.PROVIDER,
                Instant.now());
    }

    private static JooqPricingRepository repository(Connection connection) {
        return new JooqPricingRepository(DSL.using(connection, SQLDialect.POSTGRES));
    }

    /** Informs the services that populate has run. */
    void populated() {
        isPopulated = true;
    }

    /** Returns the last acknowledged writes that are missing in the results of the queries for model|price. */
    List<String> lost(String... queries) {
        List<String> lost = new ArrayList<>();
        for (String query : queries) {
            Map<Long, BigDecimal> found = new TreeMap<>();
            live.texts(query).forEach(text -> {
                String[] parts = text.split("\\|", 2);
                found.put(Long.valueOf(parts[0]), new BigDecimal(parts[1]));
            });
            acknowledged.forEach((model, price) -> {
                if (found.get(model) == null || price.compareTo(found.get(model)) != 0) {
                    lost.add("model " + model + ": " + price + " was acknowledged, but " + query + " returns "
                            + found.get(model));
                }
            });
        }
        return lost;
    }

    List<String> errors() {
        return List.copyOf(errors);
    }

    long operations() {
        return operations.values().stream().mapToLong(AtomicLong::get).sum();
    }

    /** Returns the longest operation of the services whose name contains a text, in milliseconds, and resets it. */
    long longest(String which) {
        return longest.entrySet().stream()
                        .filter(entry -> entry.getKey().contains(which))
                        .mapToLong(entry -> entry.getValue().getAndSet(0))
                        .max()
                        .orElse(0)
                / 1_000_000;
    }

    Map<String, AtomicLong> retries() {
        return retries;
    }

    /** Stops all services and waits for them. */
    void end() {
        ends = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void close() {
        end();
    }
}
