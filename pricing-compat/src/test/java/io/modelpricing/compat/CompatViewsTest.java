package io.modelpricing.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelpricing.Attribution;
import io.modelpricing.ModelId;
import io.modelpricing.Price;
import io.modelpricing.Pricing;
import io.modelpricing.compat.Declarations.Scope;
import io.modelpricing.jooq.JooqPricingRepository;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Statements of legacy services on the compatibility views, before and after contract. */
class CompatViewsTest {

    /** When a statement runs. */
    enum When {
        BEFORE_CONTRACT,
        AFTER_CONTRACT
    }

    private static final class Populated {
        static final LegacyDatabase TEMPLATE = create();

        private static LegacyDatabase create() {
            LegacyDatabase database = LegacyDatabase.expanded()
                    .model(1, "acme", "0.5, 1.5, null, null")
                    .model(2, "bolt", "null, null, 0.04, 0.01")
                    .model(3, "bolt", "0, 0, null, null");
            database.sql("select setval('models_id_seq', 100)");
            new Populate(database.ctx())
                    .run(
                            Declarations.none()
                                    .tokens(new Scope.All(), LegacyUnit.PER_MILLION)
                                    .image(new Scope.All(), LegacyUnit.PER_IMAGE)
                                    .request(new Scope.All(), LegacyUnit.PER_REQUEST)
                                    .zero(new Scope.All(), Zero.FREE),
                            Attribution.by("test"));
            new CompatViews(database.ctx(), LockRetry.DEFAULT).install(Attribution.by("test"));
            return database;
        }
    }

    private static final class Contracted {
        static final LegacyDatabase TEMPLATE = create();

        private static LegacyDatabase create() {
            LegacyDatabase database = Populated.TEMPLATE.copy();
            assertThat(new Contract(database.ctx()).run(Attribution.by("test")).applied())
                    .isTrue();
            return database;
        }
    }

    private static LegacyDatabase database(When when) {
        return (when == When.BEFORE_CONTRACT ? Populated.TEMPLATE : Contracted.TEMPLATE).copy();
    }

    /** Returns a connection of a legacy service, with the schema of the views first on its search path. */
    private static Connection oldService(LegacyDatabase database) throws SQLException {
        Connection connection = database.dataSource().getConnection();
        try (Statement statement = connection.createStatement()) {
            statement.execute("set search_path = pricing_legacy, public");
        }
        return connection;
    }

    private static List<String> answer(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> answer = new ArrayList<>();
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    row.add(rows.getString(i));
                }
                answer.add(String.join("|", row.stream().map(String::valueOf).toList()));
            }
            return answer;
        }
    }

    private static int run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        }
    }

    private static Pricing pricing(LegacyDatabase database, long model) {
        return new JooqPricingRepository(database.ctx())
                .find(new ModelId(model))
                .orElseThrow()
                .pricing();
    }

    private static void assertVerified(LegacyDatabase database) {
        assertThat(new Verify(database.ctx()).run().findings()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void selectStarReturnsTheOriginalColumnsInOrder(When when) throws SQLException {
        try (LegacyDatabase legacy = LegacyDatabase.legacy();
                LegacyDatabase database = database(when);
                Connection old = oldService(database)) {
            String shape = "select attname, format_type(atttypid, atttypmod) from pg_attribute"
                    + " where attrelid = '%s'::regclass and attnum > 0 and not attisdropped order by attnum";
            try (Connection original = legacy.dataSource().getConnection()) {
                assertThat(answer(old, shape.formatted("pricing_legacy.models")))
                        .isEqualTo(answer(original, shape.formatted("models")));
            }
            assertThat(answer(old, "select * from models where id = 1").get(0))
                    .contains("|0.5000000000|1.5000000000|null|null|");
        }
    }

    @ParameterizedTest
    @EnumSource
    void insertUsesTheDefaultsOfTheTableAndReturnsTheRow(When when) throws SQLException {
        try (LegacyDatabase database = database(when);
                Connection old = oldService(database)) {
            assertThat(answer(
                            old,
                            "insert into models (provider_id, model_id, model_name, provider_model_id, pricing_prompt)"
                                    + " values (1, 'n', 'N', 'n', 2.5)"
                                    + " returning id, modality, is_active, pricing_prompt, pricing_completion"))
                    .containsExactly("101|text->text|t|2.5000000000|null");
            assertThat(pricing(database, 101).type().id()).isEqualTo("paid");
            assertThat(answer(old, "select count(*) from models where created_at is not null and metadata = '{}'"))
                    .containsExactly("4");
            assertVerified(database);
        }
    }

    @ParameterizedTest
    @EnumSource
    void updateWritesItsColumnsAndReturnsTheRowCount(When when) throws SQLException {
        try (LegacyDatabase database = database(when);
                Connection old = oldService(database)) {
            assertThat(run(old, "update models set pricing_prompt = 0.9, description = 'updated' where id = 1"))
                    .isEqualTo(1);
            assertThat(answer(
                            old,
                            "update models set pricing_completion = pricing_completion * 2 where id in (1, 2)"
                                    + " returning id, pricing_prompt, pricing_completion"))
                    .containsExactlyInAnyOrder("1|0.9000000000|3.0000000000", "2|null|null");
            assertThat(run(old, "update models set health_status = 'healthy'")).isEqualTo(3);
            assertThat(run(old, "update models set pricing_prompt = 1 where id = 4711"))
                    .isZero();
            assertThat(pricing(database, 1)).isEqualTo(Pricing.paid(Price.perMillion("0.9"), Price.perMillion("3")));
            assertThat(answer(old, "select description, health_status from public.models where id = 1"))
                    .containsExactly("updated|healthy");
            assertVerified(database);
        }
    }

    @ParameterizedTest
    @EnumSource
    void deleteOfAModelDeletesItsPrice(When when) throws SQLException {
        try (LegacyDatabase database = database(when);
                Connection old = oldService(database)) {
            assertThat(run(old, "delete from models where id = 1")).isEqualTo(1);
            assertThat(answer(old, "select model_id from model_pricing order by 1"))
                    .containsExactly("2", "3");
            assertVerified(database);
        }
    }

    @ParameterizedTest
    @EnumSource
    void rowsOfAViewCanBeLockedAndJoined(When when) throws SQLException {
        try (LegacyDatabase database = database(when);
                Connection old = oldService(database);
                Connection other = database.dataSource().getConnection()) {
            old.setAutoCommit(false);
            assertThat(answer(old, "select pricing_prompt from models where id = 1 for update"))
                    .containsExactly("0.5000000000");
            run(other, "set lock_timeout = '50ms'");
            assertThatThrownBy(() -> run(other, "update public.models set description = 'x' where id = 1"))
                    .hasMessageContaining("lock timeout");
            old.rollback();
            assertThat(answer(
                            old,
                            "select p.slug, m.pricing_prompt, m.pricing_request from models m"
                                    + " join providers p on p.id = m.provider_id order by m.id"))
                    .containsExactly("acme|0.5000000000|null", "bolt|null|0.0100000000", "bolt|0.0000000000|null");
        }
    }

    @Test
    void preparedStatementsWorkAcrossContract() throws SQLException {
        try (LegacyDatabase database = database(When.BEFORE_CONTRACT);
                Connection old = oldService(database);
                PreparedStatement read = old.prepareStatement("select pricing_prompt from models where id = ?");
                PreparedStatement all = old.prepareStatement("select * from models where id = ?");
                PreparedStatement write = old.prepareStatement("update models set pricing_prompt = ? where id = ?")) {
            for (int i = 0; i < 20; i++) {
                if (i == 10) {
                    assertThat(new Contract(database.ctx())
                                    .run(Attribution.by("test"))
                                    .applied())
                            .isTrue();
                }
                write.setBigDecimal(1, new java.math.BigDecimal(i + 1));
                write.setInt(2, 1);
                assertThat(write.executeUpdate()).isEqualTo(1);
                for (PreparedStatement query : List.of(read, all)) {
                    query.setInt(1, 1);
                    try (ResultSet row = query.executeQuery()) {
                        assertThat(row.next()).isTrue();
                        assertThat(row.getBigDecimal("pricing_prompt")).isEqualByComparingTo("" + (i + 1));
                    }
                }
            }
            assertVerified(database);
        }
    }

    @Test
    void columnFunctionsWorkWithoutTheSearchPath() throws SQLException {
        try (LegacyDatabase database = database(When.AFTER_CONTRACT);
                Connection client = database.dataSource().getConnection()) {
            assertThat(answer(
                            client,
                            "select m.pricing_prompt, m.pricing_completion, m.pricing_image, m.pricing_request"
                                    + " from models m order by m.id"))
                    .containsExactly(
                            "0.5000000000|1.5000000000|null|null",
                            "null|null|0.0400000000|0.0100000000",
                            "0.0000000000|0.0000000000|null|null");
            assertThatThrownBy(() -> answer(client, "select pricing_prompt from models"))
                    .hasMessageContaining("column \"pricing_prompt\" does not exist");
        }
    }

    @Test
    void modelsLegacyPricingWorksBeforeAndAfterContract() throws SQLException {
        for (When when : When.values()) {
            try (LegacyDatabase database = database(when);
                    Connection client = database.dataSource().getConnection()) {
                assertThat(
                                answer(
                                        client,
                                        "select id, pricing_prompt, pricing_completion from models_legacy_pricing where id = 1"))
                        .containsExactly("1|0.5000000000|1.5000000000");
                assertThat(run(client, "update models_legacy_pricing set pricing_prompt = 7 where id = 1"))
                        .isEqualTo(1);
                assertThat(pricing(database, 1))
                        .isEqualTo(Pricing.paid(Price.perMillion("7"), Price.perMillion("1.5")));
                assertVerified(database);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void manualOverrideSurvivesWritesThroughAView(When when) throws SQLException {
        try (LegacyDatabase database = database(when);
                Connection old = oldService(database)) {
            Pricing manual = Pricing.paid(Price.perMillion("9"), Price.perMillion("10"));
            new JooqPricingRepository(database.ctx())
                    .setManual(new ModelId(1), manual, new Attribution("ada", "negotiated"));

            assertThat(run(old, "update models set pricing_prompt = 1 where id = 1"))
                    .isEqualTo(1);

            assertThat(pricing(database, 1)).isEqualTo(manual);
            assertThat(answer(old, "select pricing_prompt, pricing_completion from models where id = 1"))
                    .containsExactly("9.0000000000|10.0000000000");
            assertVerified(database);
        }
    }

    @ParameterizedTest
    @EnumSource
    void invalidPriceWrittenThroughAViewIsQuarantined(When when) throws SQLException {
        try (LegacyDatabase database = database(when);
                Connection old = oldService(database)) {
            assertThat(run(old, "update models set pricing_prompt = 'NaN' where id = 1"))
                    .isEqualTo(1);

            assertThat(pricing(database, 1).type().id()).isEqualTo("missing");
            assertThat(answer(old, "select pricing_prompt, pricing_completion from models where id = 1"))
                    .containsExactly("NaN|1.5000000000");
            assertThat(answer(old, "select model_id from model_pricing_quarantine where resolution is null"))
                    .containsExactly("1");
        }
    }

    @ParameterizedTest
    @EnumSource
    void unsupportedStatementsOnAViewFail(When when) throws SQLException {
        try (LegacyDatabase database = database(when);
                Connection old = oldService(database)) {
            assertThatThrownBy(
                            () -> run(
                                    old,
                                    "insert into models (provider_id, model_id, model_name, provider_model_id)"
                                            + " values (1, 'm', 'M', 'm1') on conflict (provider_id, provider_model_id) do nothing"))
                    .hasMessageContaining("no unique or exclusion constraint matching the ON CONFLICT specification");
            assertThatThrownBy(
                            () -> run(old, "create table pricing_legacy.uses (model integer references models (id))"))
                    .hasMessageContaining("referenced relation \"models\" is not a table");
            assertThatThrownBy(() -> run(old, "truncate models")).hasMessageContaining("is not a table");
            assertThatThrownBy(() -> run(old, "create index on pricing_legacy.models (pricing_prompt)"))
                    .hasMessageContaining("cannot create index on relation \"models\"");
        }
    }
}
