package io.modelpricing.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.modelpricing.ModelId;
import io.modelpricing.jooq.JooqPricingRepository;
import io.modelpricing.testing.ThrowawayDatabase;
import io.modelpricing.testing.ThrowawayPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.LongStream;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;

/** A database with the pricing tables and the models of one provider, and a connection to it. */
final class BenchmarkDatabase implements AutoCloseable {

    static final List<String> MIGRATIONS = List.of(
            "pricing_V1__models_and_providers.sql",
            "pricing_V2__model_pricing.sql",
            "pricing_V3__versions.sql",
            "pricing_V4__request_costs.sql",
            "pricing_V5__usage_analytics.sql");

    private final ThrowawayDatabase database = ThrowawayPostgres.shared().createDatabase();
    private final Connection connection;
    private final List<ModelId> models;

    BenchmarkDatabase(int models) throws SQLException, IOException {
        connection = database.dataSource().getConnection();
        try (Statement statement = connection.createStatement()) {
            for (String migration : MIGRATIONS) {
                connection.setAutoCommit(false);
                statement.execute(text(migration));
                connection.commit();
            }
            connection.setAutoCommit(true);
            statement.execute("insert into providers (name, slug) values ('openai', 'openai')");
            statement.execute("insert into models (provider_id, model_id, model_name, provider_model_id)"
                    + " select 1, 'm' || n, 'm' || n, 'm' || n from generate_series(1, " + models + ") n");
            statement.execute("analyze");
        }
        this.models = LongStream.rangeClosed(1, models).mapToObj(ModelId::new).toList();
    }

    private static String text(String migration) throws IOException {
        try (InputStream in = JooqPricingRepository.class.getResourceAsStream("/pricing-migrations/" + migration)) {
            if (in == null) {
                throw new IOException("migration " + migration + " is missing");
            }
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    List<ModelId> models() {
        return models;
    }

    Connection connection() {
        return connection;
    }

    JooqPricingRepository repository() {
        return new JooqPricingRepository(DSL.using(connection, SQLDialect.POSTGRES));
    }

    @Override
    public void close() throws SQLException {
        connection.close();
        database.close();
    }
}
