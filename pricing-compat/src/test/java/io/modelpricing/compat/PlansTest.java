package io.modelpricing.compat;

import static io.modelpricing.compat.LegacyUnit.PER_MILLION;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.Attribution;
import io.modelpricing.compat.Declarations.Scope;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The number of rows that the query plans of a synchronized write read, in a session with cached plans. */
class PlansTest {

    private static final int MODELS = 1000;
    private static final Pattern NODE = Pattern.compile("\\(actual rows=(\\d+)[.0-9]* loops=(\\d+)\\)");
    private static final Pattern REMOVED = Pattern.compile("Rows Removed by (?:Join )?Filter: (\\d+)");

    private final LegacyDatabase database = LegacyDatabase.expanded();
    private Connection connection;
    private Statement statement;

    @BeforeEach
    void populate() throws SQLException {
        database.sql("insert into models (provider_id, model_id, model_name, provider_model_id, pricing_prompt,"
                + " pricing_completion) select 1, 'm' || i, 'M', 'm' || i, i, i from generate_series(1, " + MODELS
                + ") i");
        new Populate(database.ctx())
                .run(Declarations.none().tokens(new Scope.All(), PER_MILLION), Attribution.by("test"));
        connection = database.dataSource().getConnection();
        statement = connection.createStatement();
        for (int i = 0; i < 7; i++) {
            statement.execute("update models set pricing_prompt = pricing_prompt + 1 where id = 1");
            statement.execute("update model_pricing set price_per_input_token = 1e-7 * " + i + " where model_id = 2");
        }
        statement.execute("load 'auto_explain'");
        statement.execute("set auto_explain.log_min_duration = 0");
        statement.execute("set auto_explain.log_nested_statements = on");
        statement.execute("set auto_explain.log_analyze = on");
        statement.execute("set auto_explain.log_timing = off");
        statement.execute("set client_min_messages = log");
    }

    @AfterEach
    void drop() throws SQLException {
        connection.close();
        database.close();
    }

    /** Returns the number of rows that all nodes of all plans of a statement read. */
    private long rowsOf(String sql) throws SQLException {
        statement.clearWarnings();
        statement.execute(sql);
        long rows = 0;
        for (SQLWarning warning = statement.getWarnings(); warning != null; warning = warning.getNextWarning()) {
            long loops = 1;
            for (String line : warning.getMessage().lines().toList()) {
                Matcher node = NODE.matcher(line);
                Matcher removed = REMOVED.matcher(line);
                if (node.find()) {
                    loops = Long.parseLong(node.group(2));
                    rows += Long.parseLong(node.group(1)) * loops;
                } else if (removed.find()) {
                    rows += Long.parseLong(removed.group(1)) * loops;
                }
            }
        }
        return rows;
    }

    @Test
    void singleWriteReadsNoOtherModels() throws SQLException {
        assertThat(rowsOf("update models set pricing_prompt = 7 where id = 3")).isBetween(20L, MODELS - 1L);
        assertThat(rowsOf("update model_pricing set price_per_input_token = 7e-6 where model_id = 4"))
                .isBetween(20L, MODELS - 1L);
    }

    @Test
    void bulkWriteReadsALinearNumberOfRows() throws SQLException {
        assertThat(rowsOf("update model_pricing set price_per_input_token = 8e-6"))
                .isBetween((long) MODELS, 200L * MODELS);
        assertThat(rowsOf("update models set pricing_prompt = 9")).isBetween((long) MODELS, 500L * MODELS);
    }
}
