package io.modelpricing.compat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The SQL of the original plan, unchanged except for decorative characters in messages. */
final class ThePlan {

    static final String VERIFY = """
            DO $$
            DECLARE
                models_count INTEGER;
                pricing_count INTEGER;
            BEGIN
                -- Count models with pricing
                SELECT COUNT(*) INTO models_count
                FROM models
                WHERE pricing_prompt IS NOT NULL OR pricing_completion IS NOT NULL;

                -- Count model_pricing entries
                SELECT COUNT(*) INTO pricing_count
                FROM model_pricing;

                RAISE NOTICE 'Models with pricing: %', models_count;
                RAISE NOTICE 'model_pricing entries: %', pricing_count;

                IF pricing_count < models_count THEN
                    RAISE EXCEPTION 'Not all pricing data has been migrated. Aborting.';
                END IF;
            END$$
            """;

    static final String DROP_COLUMNS = """
            ALTER TABLE models
                DROP COLUMN IF EXISTS pricing_prompt,
                DROP COLUMN IF EXISTS pricing_completion,
                DROP COLUMN IF EXISTS pricing_image,
                DROP COLUMN IF EXISTS pricing_request
            """;

    static final String DROP_TIERS = "DROP TABLE IF EXISTS pricing_tiers CASCADE";

    static final String COMMENT = """
            COMMENT ON TABLE model_pricing IS
                'SINGLE SOURCE OF TRUTH for all model pricing. Updated: 2026-01-21'
            """;

    static final String LOG = """
            DO $$
            BEGIN
                RAISE NOTICE 'Legacy pricing columns removed from models table';
                RAISE NOTICE 'pricing_tiers table dropped';
                RAISE NOTICE 'model_pricing is now the ONLY source for pricing data';
            END$$
            """;

    /** The statements of the third phase, in order. */
    static final List<String> PHASE_3 = List.of(VERIFY, DROP_COLUMNS, DROP_TIERS, COMMENT, LOG);

    static final String READD_COLUMNS = """
            ALTER TABLE models
                ADD COLUMN pricing_prompt NUMERIC(20, 10),
                ADD COLUMN pricing_completion NUMERIC(20, 10),
                ADD COLUMN pricing_image NUMERIC(20, 10),
                ADD COLUMN pricing_request NUMERIC(10, 6)
            """;

    static final String REPOPULATE = """
            UPDATE models m
            SET
                pricing_prompt = mp.price_per_input_token,
                pricing_completion = mp.price_per_output_token,
                pricing_image = mp.price_per_image_token,
                pricing_request = mp.price_per_request
            FROM model_pricing mp
            WHERE m.id = mp.model_id
            """;

    static final String COVERAGE = """
            SELECT m.id, m.model_name, m.provider_id
            FROM models m
            LEFT JOIN model_pricing mp ON m.id = mp.model_id
            WHERE (m.pricing_prompt IS NOT NULL OR m.pricing_completion IS NOT NULL)
              AND mp.model_id IS NULL
            """;

    static final String SAMPLE = """
            SELECT
                m.model_name,
                m.pricing_prompt as old_prompt_price,
                mp.price_per_input_token as new_prompt_price,
                m.pricing_completion as old_completion_price,
                mp.price_per_output_token as new_completion_price
            FROM models m
            INNER JOIN model_pricing mp ON m.id = mp.model_id
            WHERE m.pricing_prompt IS NOT NULL
            LIMIT 10
            """;

    static final String APPENDIX_C = """
            CREATE OR REPLACE VIEW models_legacy_pricing AS
            SELECT
                m.*,
                mp.price_per_input_token as pricing_prompt,
                mp.price_per_output_token as pricing_completion,
                mp.price_per_image_token as pricing_image,
                mp.price_per_request as pricing_request
            FROM models m
            LEFT JOIN model_pricing mp ON m.id = mp.model_id
            """;

    /** The query of the plan for paid models without a price. */
    static final String NULL_PRICING =
            "SELECT model_id FROM model_pricing WHERE pricing_type = 'paid' AND price_per_input_token = 0";

    private ThePlan() {}

    /** The notices of a run, and the SQLSTATEs of its failed statements. */
    record Run(List<String> notices, List<String> failures) {}

    /** Runs statements as psql does: each in its own transaction, continuing after an error. */
    static Run psql(LegacyDatabase database, List<String> statements) {
        List<String> notices = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                try {
                    statement.execute(sql);
                    for (SQLWarning notice = statement.getWarnings();
                            notice != null;
                            notice = notice.getNextWarning()) {
                        notices.add(notice.getMessage());
                    }
                    statement.clearWarnings();
                } catch (SQLException e) {
                    failures.add(e.getSQLState());
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return new Run(notices, failures);
    }

    /** Runs one statement and returns the SQLSTATE of its failure, null if it succeeded. */
    static @Nullable String failure(LegacyDatabase database, String sql) {
        List<String> failures = psql(database, List.of(sql)).failures();
        return failures.isEmpty() ? null : failures.get(0);
    }
}
