package io.modelpricing.compat.survival;

import static io.modelpricing.compat.LegacyUnit.PER_IMAGE;
import static io.modelpricing.compat.LegacyUnit.PER_MILLION;
import static io.modelpricing.compat.LegacyUnit.PER_REQUEST;
import static java.util.Objects.requireNonNull;

import io.modelpricing.Attribution;
import io.modelpricing.compat.ColumnTypes;
import io.modelpricing.compat.CompatViews;
import io.modelpricing.compat.Contract;
import io.modelpricing.compat.Declarations;
import io.modelpricing.compat.Declarations.Scope;
import io.modelpricing.compat.Fence;
import io.modelpricing.compat.LockRetry;
import io.modelpricing.compat.Populate;
import io.modelpricing.compat.Refusal;
import io.modelpricing.compat.Rollback;
import io.modelpricing.compat.StepResult;
import io.modelpricing.compat.Zero;
import java.util.List;
import java.util.Locale;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The steps of the migration. */
enum MigrationStep {
    EXPAND(null),
    POPULATE(EXPAND),
    FENCE(POPULATE),
    UNFENCE(FENCE),
    COMPAT_INSTALL(FENCE),
    CONTRACT(COMPAT_INSTALL),
    COMPAT_DROP(CONTRACT),
    ROLLBACK(CONTRACT);

    private static final Attribution ACTOR = Attribution.by("survival");
    private static final Scope ALL = new Scope.All();
    static final Declarations DECLARED = Declarations.none()
            .tokens(ALL, PER_MILLION)
            .image(ALL, PER_IMAGE)
            .request(ALL, PER_REQUEST)
            .zero(ALL, Zero.UNKNOWN)
            .zero(new Scope.Provider("acme"), Zero.FREE);

    private final @Nullable MigrationStep previous;

    MigrationStep(@Nullable MigrationStep previous) {
        this.previous = previous;
    }

    /** Returns the step before this one, null for the first. */
    @Nullable
    MigrationStep previous() {
        return previous;
    }

    /** Runs the step. */
    void run(DataSource dataSource) {
        DSLContext ctx = DSL.using(dataSource, SQLDialect.POSTGRES);
        switch (this) {
            case EXPAND ->
                Flyway.configure()
                        .dataSource(dataSource)
                        .locations("classpath:pricing-migrations")
                        .sqlMigrationPrefix("pricing_V")
                        .table("pricing_schema_history")
                        .placeholderReplacement(false)
                        .baselineOnMigrate(true)
                        .baselineVersion("0")
                        .group(true)
                        .mixed(true)
                        .load()
                        .migrate();
            case POPULATE -> new Populate(ctx).run(DECLARED, ACTOR);
            case FENCE -> new Fence(ctx, LockRetry.DEFAULT).raise(List.of("survival_reader", "survival_writer"), ACTOR);
            case UNFENCE -> new Fence(ctx, LockRetry.DEFAULT).lower(ACTOR);
            case COMPAT_INSTALL -> new CompatViews(ctx, LockRetry.DEFAULT).install(ACTOR);
            case COMPAT_DROP -> new CompatViews(ctx, LockRetry.DEFAULT).drop(ACTOR);
            case CONTRACT -> requireNoRefusal(new Contract(ctx).run(ACTOR));
            case ROLLBACK -> requireNoRefusal(new Rollback(ctx, ColumnTypes.ORIGINAL).run(ACTOR));
        }
    }

    private static void requireNoRefusal(StepResult result) {
        if (!result.refused().isEmpty()) {
            throw new IllegalStateException("refused: " + result.refused());
        }
    }

    /** Does the work of an operator before the next step: accepts quarantine entries and drops dependents. */
    void settle(LiveDatabase live) {
        if (this == EXPAND) {
            live.sql("""
                    update model_pricing set price_per_input_token = 0.000007 where model_id in (3, 7, 15) and pricing_type = 'paid';
                    update model_pricing_quarantine
                    set resolution = 'accepted', resolved_at = now(), resolved_by = 'survival', resolution_reason = 'test'
                    """);
        }
        if (this == POPULATE) {
            live.sql("""
                    update model_pricing_quarantine
                    set resolution = 'accepted', resolved_at = now(), resolved_by = 'survival', resolution_reason = 'test'
                    where resolution is null
                    """);
            for (Refusal refusal : new Contract(live.ctx()).refusals()) {
                if (refusal.kind() != Refusal.Kind.FUNCTION) {
                    throw new IllegalStateException("unexpected: " + refusal);
                }
                live.sql("drop function " + refusal.name());
            }
        }
    }

    String id() {
        return requireNonNull(name()).toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
