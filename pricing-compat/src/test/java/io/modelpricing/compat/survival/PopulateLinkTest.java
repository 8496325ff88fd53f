package io.modelpricing.compat.survival;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.Attribution;
import io.modelpricing.compat.Populate;
import io.modelpricing.compat.StepListener;
import io.modelpricing.testing.ThrowawayPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Counts what populate sends over the link to the server. */
@Tag("once")
class PopulateLinkTest {

    private static final int MODELS = 3_000;

    @Test
    void runUsesOneConnectionAndOneRoundTripForEachBatch() {
        try (LiveDatabase live = LiveDatabase.legacy(ThrowawayPostgres.shared())) {
            live.sql("""
                    insert into models (provider_id, model_id, model_name, provider_model_id, pricing_prompt)
                    select 1, 'm', 'M', 'm' || n, n from generate_series(1, %d) n
                    """.formatted(MODELS));
            MigrationStep.EXPAND.run(live.dataSource());
            List<String> sent = new ArrayList<>();
            Set<Integer> backends = new HashSet<>();
            List<StepListener.Progress> batches = new ArrayList<>();
            Watched.Observer observer = new Watched.Observer() {
                @Override
                public void before(Connection connection, String sql, boolean commits) {
                    sent.add(sql);
                }

                @Override
                public void after(Connection connection, String sql, boolean commits) throws SQLException {
                    backends.add(
                            connection.unwrap(org.postgresql.PGConnection.class).getBackendPID());
                }
            };

            new Populate(DSL.using(Watched.watched(live.dataSource(), observer), SQLDialect.POSTGRES))
                    .withListener(new StepListener() {
                        @Override
                        public void progressed(Progress progress) {
                            batches.add(progress);
                        }
                    })
                    .run(MigrationStep.DECLARED, Attribution.by("test"));

            System.out.printf(
                    "populate of %d models: %d batches, %d statements and commits%n",
                    MODELS, batches.size(), sent.size());
            List<String> loop = sent.stream()
                    .filter(sql -> !sql.startsWith("analyze"))
                    .toList()
                    .subList(firstBatch(sent), firstBatch(sent) + batches.size() + 1);
            assertThat(loop).allMatch(PopulateLinkTest::isBatch);
            assertThat(batches).hasSizeGreaterThan(4);
            assertThat(backends).hasSize(1);
        }
    }

    private static int firstBatch(List<String> sent) {
        return (int) sent.stream().takeWhile(sql -> !isBatch(sql)).count();
    }

    private static boolean isBatch(String sql) {
        return sql.contains("legacy_price_populate\"(");
    }
}
