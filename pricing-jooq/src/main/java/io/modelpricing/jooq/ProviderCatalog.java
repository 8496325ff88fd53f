package io.modelpricing.jooq;

import static io.modelpricing.jooq.schema.Tables.PROVIDERS;
import static java.util.Objects.requireNonNull;
import static org.jooq.impl.DSL.currentInstant;
import static org.jooq.impl.DSL.lower;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.val;

import io.modelpricing.Outcome;
import io.modelpricing.TextRule;
import io.modelpricing.offers.Health;
import io.modelpricing.offers.ServingStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;

/**
 * The providers of models in PostgreSQL.
 *
 * <p>Every call is one statement and joins the caller's transaction. A failing statement throws jOOQ's
 * {@link org.jooq.exception.DataAccessException}.
 */
public final class ProviderCatalog {

    private final DSLContext ctx;

    /**
     * Creates a catalog on a context.
     *
     * @param ctx the context, whose connection and transaction are used as they are
     */
    public ProviderCatalog(DSLContext ctx) {
        this.ctx = requireNonNull(ctx, "ctx");
    }

    /**
     * Finds a provider.
     *
     * @param slug its slug, in the exact case
     * @return the provider, empty if there is none
     * @throws IllegalArgumentException if the slug has the character NUL or an unpaired surrogate
     */
    public Optional<Provider> find(String slug) {
        return fetch(PROVIDERS.SLUG.eq(TextRule.requireStorable("slug", slug))).stream()
                .findFirst();
    }

    /**
     * Lists all providers.
     *
     * @return the providers in the order of their slugs
     */
    public List<Provider> list() {
        return fetch(noCondition());
    }

    private List<Provider> fetch(Condition condition) {
        return ctx.select(
                        PROVIDERS.SLUG,
                        PROVIDERS.NAME,
                        PROVIDERS.IS_ACTIVE,
                        PROVIDERS.HEALTH_STATUS,
                        PROVIDERS.AVERAGE_RESPONSE_TIME_MS)
                .from(PROVIDERS)
                .where(condition)
                .orderBy(PROVIDERS.SLUG)
                .fetch()
                .map(row -> {
                    // Existing tables may allow NULL: it reads as inactive, and as unknown health.
                    String health = row.value4();
                    Integer milliseconds = row.value5();
                    return new Provider(
                            row.value1(),
                            row.value2(),
                            new ServingStatus(
                                    Boolean.TRUE.equals(row.value3()),
                                    health == null ? Health.UNKNOWN : Health.parse(health),
                                    milliseconds == null ? null : Duration.ofMillis(milliseconds)));
                });
    }

    /**
     * Creates a provider.
     *
     * @param provider the provider
     * @throws org.jooq.exception.IntegrityConstraintViolationException if its slug or its name exists already
     * @throws IllegalStateException if the application's table has no column for its status
     */
    public void create(Provider provider) {
        Map<Field<?>, Field<?>> columns = columns(provider.status());
        columns.put(PROVIDERS.SLUG, val(provider.slug()));
        columns.put(PROVIDERS.NAME, val(provider.name()));
        ServingColumns.execute(ctx.insertInto(PROVIDERS).set(columns));
    }

    /**
     * Replaces the name and the status of a provider.
     *
     * @param provider the provider, found by its slug
     * @return {@link Outcome#NOTHING_TO_DO} if there is no such provider
     * @throws IllegalStateException if the application's table has no column for its status
     */
    public Outcome update(Provider provider) {
        Map<Field<?>, Field<?>> columns = columns(provider.status());
        columns.put(PROVIDERS.NAME, val(provider.name()));
        return update(provider.slug(), columns);
    }

    /**
     * Records how a provider serves requests, which failover reads. The time of the call is recorded as that of the
     * last health check, unless the health is unknown.
     *
     * @param slug the slug of the provider
     * @param status whether it is active, its health and its response time, to the millisecond
     * @return {@link Outcome#NOTHING_TO_DO} if there is no such provider
     * @throws IllegalArgumentException if the response time is longer than 24 days, or the slug has the character NUL
     *     or an unpaired surrogate
     * @throws IllegalStateException if the application's table has no column for one of them
     */
    public Outcome updateStatus(String slug, ServingStatus status) {
        return update(TextRule.requireStorable("slug", slug), columns(status));
    }

    private Outcome update(String slug, Map<Field<?>, Field<?>> columns) {
        columns.put(PROVIDERS.UPDATED_AT, currentInstant());
        return ServingColumns.execute(ctx.update(PROVIDERS).set(columns).where(PROVIDERS.SLUG.eq(slug)));
    }

    private static Map<Field<?>, Field<?>> columns(ServingStatus status) {
        return ServingColumns.of(
                status,
                PROVIDERS.IS_ACTIVE,
                PROVIDERS.HEALTH_STATUS,
                PROVIDERS.AVERAGE_RESPONSE_TIME_MS,
                PROVIDERS.LAST_HEALTH_CHECK_AT);
    }

    /** Returns the message for a provider that does not exist. */
    String unknown(String slug) {
        List<String> similar = ctx.select(PROVIDERS.SLUG)
                .from(PROVIDERS)
                .where(lower(PROVIDERS.SLUG)
                        .eq(lower(val(slug)))
                        .or(lower(PROVIDERS.NAME).eq(lower(val(slug)))))
                .orderBy(PROVIDERS.SLUG)
                .fetch(PROVIDERS.SLUG);
        return "there is no provider \"" + slug + "\"; "
                + (similar.isEmpty()
                        ? "create it first"
                        : "expected \"" + similar.get(0) + "\", whose slug or name differs only in case");
    }
}
