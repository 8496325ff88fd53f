package io.modelpricing.jooq;

import static io.modelpricing.jooq.schema.Tables.MODELS;
import static org.jooq.impl.DSL.currentInstant;
import static org.jooq.impl.DSL.val;

import io.modelpricing.Outcome;
import io.modelpricing.offers.Capability;
import io.modelpricing.offers.Health;
import io.modelpricing.offers.ServingStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jooq.Field;
import org.jooq.Query;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/** The columns of {@code models} and {@code providers} that failover reads, and their values for a write. */
final class ServingColumns {

    private static final String UNDEFINED_COLUMN = "42703";

    private ServingColumns() {}

    static Map<Field<?>, Field<?>> of(
            ServingStatus status,
            Field<Boolean> isActive,
            Field<String> health,
            Field<Integer> responseTimeMs,
            Field<Instant> checkedAt) {
        Map<Field<?>, Field<?>> columns = new LinkedHashMap<>();
        columns.put(isActive, val(status.isActive()));
        columns.put(health, val(status.health().id()));
        columns.put(responseTimeMs, val(milliseconds(status), responseTimeMs));
        if (status.health() != Health.UNKNOWN) {
            columns.put(checkedAt, currentInstant());
        }
        return columns;
    }

    private static @Nullable Integer milliseconds(ServingStatus status) {
        Duration time = status.responseTime();
        if (time == null) {
            return null;
        }
        if (time.compareTo(Duration.ofMillis(Integer.MAX_VALUE)) > 0) {
            throw new IllegalArgumentException("a response time must be at most " + Integer.MAX_VALUE
                    + " ms (24 days), but was " + time + "; null records that it is unknown");
        }
        return (int) time.toMillis();
    }

    static Field<Boolean> of(Capability capability) {
        return switch (capability) {
            case STREAMING -> MODELS.SUPPORTS_STREAMING;
            case FUNCTION_CALLING -> MODELS.SUPPORTS_FUNCTION_CALLING;
            case VISION -> MODELS.SUPPORTS_VISION;
        };
    }

    /**
     * Executes a write of the application's tables.
     *
     * @throws IllegalStateException if one of the columns does not exist
     */
    static Outcome execute(Query write) {
        try {
            return write.execute() > 0 ? Outcome.DONE : Outcome.NOTHING_TO_DO;
        } catch (DataAccessException e) {
            if (UNDEFINED_COLUMN.equals(e.sqlState())) {
                Throwable cause = e.getCause();
                throw new IllegalStateException(
                        "the application's table cannot store this: " + (cause == null ? e : cause).getMessage()
                                + "; add the column as pricing_V1__models_and_providers.sql defines it",
                        e);
            }
            throw e;
        }
    }
}
