package io.modelpricing.compat.survival;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.modelpricing.compat.LazyPool;
import io.modelpricing.testing.ThrowawayDatabase;
import io.modelpricing.testing.ThrowawayPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;

/** A database with models of every kind for one test of the survival kit. */
final class LiveDatabase implements AutoCloseable {

    private final ThrowawayDatabase database;

    private final LazyPool pool;

    LiveDatabase(ThrowawayDatabase database) {
        this.database = database;
        pool = new LazyPool(database.dataSource());
    }

    /** The legacy database after the first phase of the original plan, with two providers, two roles and no models. */
    static LiveDatabase legacy(ThrowawayPostgres server) {
        LiveDatabase live = new LiveDatabase(server.createDatabase());
        live.sql(script("legacy.sql"));
        live.sql(script("phase1.sql"));
        live.sql("""
                do $$
                begin
                    create role survival_reader;
                    create role survival_writer;
                exception when duplicate_object then
                    null;
                end
                $$;
                grant select on models, providers to survival_reader;
                grant select, insert, update, delete on models to survival_writer;
                grant usage on sequence models_id_seq to survival_writer;
                comment on column models.pricing_prompt is 'List price of the provider';
                insert into providers (id, slug, name) values (1, 'acme', 'Acme'), (2, 'bolt', 'Bolt');
                """);
        return live;
    }

    /** Adds 36 models: the combinations of NULL, zero, dynamic, valid and invalid prices. */
    LiveDatabase withModelsOfEveryKind() {
        sql("""
                insert into models (
                    provider_id, model_id, model_name, provider_model_id,
                    pricing_prompt, pricing_completion, pricing_image, pricing_request)
                select
                    nullif(n % 3, 0), 'm' || n % 10, 'M', 'm' || n, p, c,
                    case n % 5 when 0 then 0.04 when 1 then 0 end, case n % 7 when 0 then 0.0100000001 when 1 then 0 end
                from (
                    select p, c, row_number() over (order by p, c) as n
                    from unnest('{null,0,-1,0.5,NaN,-0.5}'::numeric[]) p, unnest('{null,0,-1,1.5,NaN,-2}'::numeric[]) c
                ) cells;
                insert into model_pricing (model_id, price_per_input_token, price_per_output_token, pricing_source)
                select id, 0.000001, 0.000002, case when id % 11 = 0 then 'manual' else 'provider' end
                from models
                where id % 4 = 3 or id % 11 = 0;
                insert into chat_completion_requests (request_id, model_id, input_tokens, output_tokens, processing_time_ms)
                select 'r' || n, 1 + n % 36, n, 2 * n, 5 from generate_series(1, 100) n;
                """);
        return this;
    }

    /** Each connection is a new one. */
    DataSource dataSource() {
        return database.dataSource();
    }

    DataSource pool() {
        return pool.open();
    }

    DSLContext ctx() {
        return DSL.using(pool(), SQLDialect.POSTGRES);
    }

    /** Returns the database, to which the pool has no connections. */
    ThrowawayDatabase throwaway() {
        pool.close();
        return database;
    }

    void sql(String sql) {
        try (Connection connection = pool().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql + ": " + e.getMessage(), e);
        }
    }

    /** Returns the first column of a query. */
    List<String> texts(String query) {
        try (Connection connection = pool().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> texts = new ArrayList<>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        } catch (SQLException e) {
            throw new IllegalStateException(query + ": " + e.getMessage(), e);
        }
    }

    private static String script(String name) {
        try (InputStream in = ThrowawayPostgres.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        pool.close();
        database.close();
    }
}
