package io.modelpricing.compat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A pool of connections, as services use. It opens when it is used, also after it was closed. */
public final class LazyPool implements AutoCloseable {

    private final DataSource database;
    private @Nullable HikariDataSource pool;

    public LazyPool(DataSource database) {
        this.database = database;
    }

    public synchronized DataSource open() {
        if (pool == null) {
            HikariConfig config = new HikariConfig();
            config.setDataSource(database);
            config.setMaximumPoolSize(50);
            config.setMinimumIdle(0);
            config.setInitializationFailTimeout(-1);
            pool = new HikariDataSource(config);
        }
        return pool;
    }

    @Override
    public synchronized void close() {
        if (pool != null) {
            pool.close();
            pool = null;
        }
    }
}
