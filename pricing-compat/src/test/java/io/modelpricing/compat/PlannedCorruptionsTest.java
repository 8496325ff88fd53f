package io.modelpricing.compat;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.ModelId;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Changes single cells and rows without triggers. {@link Verify} must find each change; the test also reports how many
 * of them the count check of the original plan finds. {@code pricing.corruptions} sets their number; 10,000 take some
 * minutes.
 */
@Tag("once")
class PlannedCorruptionsTest {

    private static final int CORRUPTIONS = Integer.getInteger("pricing.corruptions", 400);
    private static final int BATCH = 20;

    private static final List<String> LEGACY =
            List.of("pricing_prompt", "pricing_completion", "pricing_image", "pricing_request");
    private static final List<String> PRICES =
            List.of("price_per_input_token", "price_per_output_token", "price_per_image_token", "price_per_request");

    private enum Kind {
        VALUE,
        NULL_OR_ZERO,
        ROWS_EXCHANGED,
        THOUSANDFOLD,
        MILLIONFOLD,
        ROW_DELETED_AND_ANOTHER_ADDED
    }

    /** The table that a corruption changes. */
    private record Side(String table, String key, List<String> cells, List<String> others) {}

    private static final Side COLUMNS = new Side("models", "id", LEGACY, List.of());
    private static final Side ARCHIVE = new Side("legacy_price_archive", "model_id", LEGACY, List.of());
    private static final Side PRICED =
            new Side("model_pricing", "model_id", PRICES, List.of("pricing_type", "missing_reason", "rate_set_id"));

    @Test
    void everyCorruptionIsFoundBeforeContract() throws SQLException {
        try (LegacyDatabase database = ManyModels.populated()) {
            everyCorruptionIsFound("before contract", database, COLUMNS);
        }
    }

    @Test
    void everyCorruptionIsFoundAfterContract() throws SQLException {
        try (LegacyDatabase database = ManyModels.contracted()) {
            everyCorruptionIsFound("after contract", database, ARCHIVE);
        }
    }

    private static void everyCorruptionIsFound(String when, LegacyDatabase database, Side legacy) throws SQLException {
        assertThat(new Verify(database.ctx()).run())
                .satisfies(report -> assertThat(report.findings()).isEmpty())
                .returns(true, Verify.Report::passed)
                .returns((long) ManyModels.COUNT, Verify.Report::modelsChecked);
        Random random = new Random(49);
        Map<Kind, int[]> found = new EnumMap<>(Kind.class);
        int counted = 0;
        try (Connection connection = database.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            for (int planted = 0; planted < CORRUPTIONS; planted += BATCH) {
                Batch batch = new Batch(connection, random, legacy);
                for (int i = 0; i < BATCH; i++) {
                    batch.plant(random.nextBoolean() ? legacy : PRICED);
                }
                Verify.Report report = Verify.report(DSL.using(connection, SQLDialect.POSTGRES));
                connection.rollback();

                Set<Long> names = report.findings().stream()
                        .map(Verify.Finding::model)
                        .filter(Objects::nonNull)
                        .map(ModelId::value)
                        .collect(Collectors.toCollection(TreeSet::new));
                assertThat(batch.missed(names)).as("missed %s", when).isEmpty();
                assertThat(names).as("found %s", when).isEqualTo(batch.models);
                batch.planted.forEach(corruption -> found.computeIfAbsent(corruption.kind, kind -> new int[1])[0]++);
                counted += batch.counted;
            }
        }
        assertThat(found).containsOnlyKeys(Kind.values());
        System.out.printf(
                Locale.ROOT,
                "%n%d corruptions %s: verify found %d, the count check of the plan %d%n",
                CORRUPTIONS,
                when,
                found.values().stream().mapToInt(count -> count[0]).sum(),
                counted);
        found.forEach((kind, count) -> System.out.printf(
                Locale.ROOT, "  %-30s %6d found%n", kind.name().toLowerCase(Locale.ROOT), count[0]));
    }

    /** A corruption and the models that it changes. */
    private record Corruption(Kind kind, String what, Set<Long> models) {}

    /** Corruptions of different models, in one transaction. */
    private static final class Batch {

        private final Connection connection;
        private final Random random;
        private final Side legacy;
        private final List<Corruption> planted = new ArrayList<>();
        private final Set<Long> models = new TreeSet<>();
        private final long[] soundCounts;
        private int counted;

        Batch(Connection connection, Random random, Side legacy) throws SQLException {
            this.connection = connection;
            this.random = random;
            this.legacy = legacy;
            soundCounts = counts();
            try (Statement statement = connection.createStatement()) {
                statement.execute("set local session_replication_role = replica");
            }
        }

        /** Tries random corruptions until one changes a row and the constraints accept it. */
        void plant(Side side) throws SQLException {
            while (true) {
                Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
                long model = draw();
                long other = draw();
                int column = random.nextInt(side.cells().size());
                if (model == other) {
                    continue;
                }
                Savepoint before = connection.setSavepoint();
                long[] countsBefore = counts();
                try (Statement statement = connection.createStatement()) {
                    List<String> statements =
                            statements(kind, side, model, other, side.cells().get(column));
                    int changed = 0;
                    for (String sql : statements) {
                        changed += statement.executeUpdate(sql);
                    }
                    int expected = kind == Kind.ROWS_EXCHANGED ? 2 : statements.size();
                    if (changed == expected) {
                        Set<Long> spoilt = switch (kind) {
                            case ROWS_EXCHANGED -> Set.of(model, other);
                            case ROW_DELETED_AND_ANOTHER_ADDED -> Set.of(model, stranger(model));
                            default -> Set.of(model);
                        };
                        planted.add(new Corruption(kind, String.join("; ", statements), spoilt));
                        models.addAll(spoilt);
                        count(countsBefore, counts());
                        return;
                    }
                } catch (SQLException e) {
                    // A constraint rejected the value.
                    assertThat(e.getSQLState()).as(e.getMessage()).isIn("22003", "23514");
                }
                connection.rollback(before);
            }
        }

        /**
         * The two counts of the plan's check: models with a legacy prompt or completion price, and rows of
         * model_pricing.
         */
        private long[] counts() throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet counts = statement.executeQuery("select (select count(*) from " + legacy.table()
                            + " where pricing_prompt is not null or pricing_completion is not null),"
                            + " (select count(*) from model_pricing)")) {
                counts.next();
                return new long[] {counts.getLong(1), counts.getLong(2)};
            }
        }

        /** Counts this corruption if the plan's check would find it alone. */
        private void count(long[] before, long[] after) {
            long withPricing = soundCounts[0] + after[0] - before[0];
            long entries = soundCounts[1] + after[1] - before[1];
            counted += entries < withPricing ? 1 : 0;
        }

        private long draw() {
            long model;
            do {
                model = 1L + random.nextInt(ManyModels.COUNT);
            } while (models.contains(model));
            return model;
        }

        private static long stranger(long model) {
            return 100_000 + model;
        }

        private List<String> statements(Kind kind, Side side, long model, long other, String cell) {
            String at = " where " + side.key() + " = " + model;
            String update = "update " + side.table() + " set " + cell + " = ";
            return switch (kind) {
                case VALUE ->
                    List.of(update + cell + " + " + (1 + random.nextInt(9)) + "e-" + (1 + random.nextInt(10)) + at
                            + " and " + cell + " <> 'NaN'");
                case NULL_OR_ZERO ->
                    List.of(update + "case when " + cell + " is null then 0 end" + at + " and coalesce(" + cell
                            + ", 0) = 0");
                case THOUSANDFOLD ->
                    List.of(update + cell + " * 1000" + at + " and " + cell + " > 0 and " + cell + " <> 'NaN'");
                case MILLIONFOLD ->
                    List.of(update + cell + " * 1000000" + at + " and " + cell + " > 0 and " + cell + " <> 'NaN'");
                case ROWS_EXCHANGED -> List.of(exchange(side, model, other));
                case ROW_DELETED_AND_ANOTHER_ADDED -> List.of(add(side, model), "delete from " + side.table() + at);
            };
        }

        private static String exchange(Side side, long model, long other) {
            List<String> columns = new ArrayList<>(side.cells());
            columns.addAll(side.others());
            return "update %1$s p set (%2$s) = row(%3$s) from %1$s q where p.%4$s in (%5$d, %6$d) and q.%4$s in (%5$d, %6$d)"
                            .formatted(
                                    side.table(),
                                    String.join(", ", columns),
                                    prefixed("q", columns),
                                    side.key(),
                                    model,
                                    other)
                    + " and p.%1$s <> q.%1$s and (%2$s) is distinct from (%3$s)"
                            .formatted(side.key(), prefixed("p", side.cells()), prefixed("q", side.cells()));
        }

        private static String prefixed(String table, List<String> columns) {
            return columns.stream().map(column -> table + "." + column).collect(Collectors.joining(", "));
        }

        /** Adds a copy of the row of a model for another model. */
        private static String add(Side side, long model) {
            return "insert into %1$s select (jsonb_populate_record(r, %2$s)).* from %1$s r where %3$s = %4$d"
                    .formatted(
                            side.table(),
                            "jsonb_build_object('id', %1$d, 'model_id', '%1$d', 'provider_model_id', 'stranger %1$d')"
                                    .formatted(stranger(model)),
                            side.key(),
                            model);
        }

        List<Corruption> missed(Set<Long> found) {
            return planted.stream()
                    .filter(corruption -> !found.containsAll(corruption.models))
                    .toList();
        }
    }
}
