package io.modelpricing.compat;

import static io.modelpricing.compat.LegacyUnit.PER_IMAGE;
import static io.modelpricing.compat.LegacyUnit.PER_MILLION;
import static io.modelpricing.compat.LegacyUnit.PER_REQUEST;
import static io.modelpricing.compat.ThePlan.failure;
import static io.modelpricing.compat.ThePlan.psql;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelpricing.Attribution;
import io.modelpricing.ModelId;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.compat.Declarations.Scope;
import io.modelpricing.jooq.JooqPricingRepository;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jooq.DSLContext;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteListener;
import org.jooq.impl.DefaultExecuteListenerProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The flaws of the original plan. Each test shows that the SQL of the plan fails and that this migration does not. The
 * numbers are those of docs/plan-flaws.md, which also lists the flaws that a test cannot show.
 */
@Tag("once")
class PlanFlawsTest {

    private static final LockRetry SHORT_RETRY = new LockRetry(Duration.ofMillis(50), 2);
    private static final Scope ALL = new Scope.All();
    private static final Declarations DECLARED = Declarations.none()
            .tokens(ALL, PER_MILLION)
            .image(ALL, PER_IMAGE)
            .request(ALL, PER_REQUEST)
            .zero(ALL, Zero.FREE);

    /** The database for most tests of the plan: its first phase has run. */
    private static final class Phase1 {
        static final LegacyDatabase TEMPLATE = LegacyDatabase.phase1();
    }

    /** The database for most tests of this migration: all units are declared, and legacy writes are copied. */
    private static final class Populated {
        static final LegacyDatabase TEMPLATE = create();

        private static LegacyDatabase create() {
            LegacyDatabase database = LegacyDatabase.expanded();
            new Populate(database.ctx()).run(DECLARED, Attribution.by("test"));
            return database;
        }
    }

    private static LegacyDatabase plan() {
        return Phase1.TEMPLATE.copy();
    }

    private static LegacyDatabase ours() {
        return Populated.TEMPLATE.copy();
    }

    /** Writes a correct price per token to the table of the plan. */
    private static void price(LegacyDatabase plan, int model, String prices) {
        plan.sql(
                "insert into model_pricing (model_id, price_per_input_token, price_per_output_token, price_per_image_token,"
                        + " price_per_request) values (" + model + ", " + prices + ")");
    }

    private static List<String> values(LegacyDatabase database, String sql) {
        return database.ctx().fetch(sql).getValues(0, String.class);
    }

    private static String value(LegacyDatabase database, String sql) {
        return values(database, sql).get(0);
    }

    private static Verify.Report verify(LegacyDatabase database) {
        return new Verify(database.ctx()).run();
    }

    private static StepResult contract(LegacyDatabase database) {
        return new Contract(database.ctx()).run(Attribution.by("test"));
    }

    private static StepResult rollback(LegacyDatabase database) {
        return new Rollback(database.ctx(), ColumnTypes.ORIGINAL).run(Attribution.by("test"));
    }

    private static Pricing pricing(LegacyDatabase database, int model) {
        return new JooqPricingRepository(database.ctx())
                .find(new ModelId(model))
                .orElseThrow()
                .pricing();
    }

    private static void writePrice(LegacyDatabase database, int model, String input, String output) {
        new JooqPricingRepository(database.ctx())
                .upsert(
                        new PriceUpdate(
                                new ModelId(model),
                                Pricing.paid(Price.perMillion(input), Price.perMillion(output)),
                                PricingSource.PROVIDER,
                                Instant.now()),
                        Attribution.by("test"));
    }

    /** Returns a context that runs an action once, after the first query that contains a text. */
    private static DSLContext interrupted(LegacyDatabase database, String after, Runnable by) {
        DSLContext ctx = database.ctx();
        AtomicBoolean done = new AtomicBoolean();
        ctx.configuration().set(new DefaultExecuteListenerProvider(new ExecuteListener() {
            @Override
            public void executeEnd(ExecuteContext query) {
                if (String.valueOf(query.sql()).contains(after) && done.compareAndSet(false, true)) {
                    by.run();
                }
            }
        }));
        return ctx;
    }

    private static LegacyDatabase withoutViews(LegacyDatabase plan) {
        plan.sql("drop view models_with_pricing, models_pricing_classified, model_usage_analytics");
        return plan;
    }

    // Verification

    @Test
    void s1_countsMatchAlthoughEveryPriceIsWrong() {
        try (LegacyDatabase plan = plan();
                LegacyDatabase ours = ours()) {
            plan.model(1, "acme", "0.000001, 0.000002, null, null").model(2, "acme", "0.000003, 0.000004, null, null");
            price(plan, 1, "0.000003, 0.004, null, null");
            price(plan, 2, "1, 0, null, null");
            assertThat(failure(plan, ThePlan.VERIFY)).isNull();

            ours.model(1, "acme", "1, 2, null, null").model(2, "acme", "3, 4, null, null");
            ours.sql("set session_replication_role = replica; update model_pricing set price_per_input_token = 0.000003"
                    + " where model_id = 1");
            assertThat(verify(ours).countCheck().passed()).isTrue();
            assertThat(verify(ours).passed()).isFalse();
        }
    }

    @Test
    void s2_checkPassesWithoutRows() {
        try (LegacyDatabase plan = plan();
                LegacyDatabase ours = ours()) {
            assertThat(failure(plan, ThePlan.VERIFY)).isNull();

            assertThat(verify(ours).passed()).isFalse();
            assertThat(verify(ours).findings()).extracting(Verify.Finding::kind).containsExactly(Verify.Kind.VACUOUS);
        }
    }

    @Test
    void s3_modelsWithOnlyAnImageOrRequestPriceAreSkipped() {
        try (LegacyDatabase plan = plan();
                LegacyDatabase ours = ours()) {
            for (LegacyDatabase database : List.of(plan, ours)) {
                database.model(1, "acme", "null, null, 0.04, null").model(2, "acme", "null, null, null, 0.0000004");
            }
            plan.sql("select populate_model_pricing_table()");
            assertThat(values(plan, "select model_id from model_pricing")).isEmpty();
            assertThat(failure(plan, ThePlan.VERIFY)).isNull();
            assertThat(values(plan, ThePlan.COVERAGE)).isEmpty();

            assertThat(LegacyPrices.of(pricing(ours, 2), LegacyUnit.PER_TOKEN).pricingRequest())
                    .isEqualByComparingTo("0.0000004");
            assertThat(pricing(ours, 1).type().id()).isEqualTo("paid");
            assertThat(verify(ours)).returns(2L, Verify.Report::modelsChecked).returns(true, Verify.Report::passed);
        }
    }

    @Test
    void s4_modelsWithZeroPricesAreNotClassified() {
        try (LegacyDatabase plan = plan();
                LegacyDatabase ours = ours()) {
            plan.model(1, "acme", "0, 0, null, null");
            plan.sql("select populate_model_pricing_with_classification(), add_active_models_as_missing()");
            assertThat(values(plan, "select pricing_type from model_pricing")).isEmpty();

            ours.model(1, "acme", "0, 0, null, null");
            assertThat(pricing(ours, 1)).isEqualTo(Pricing.free());
        }
    }

    @Test
    void s5_countsAreTakenAtDifferentTimes() throws SQLException {
        try (LegacyDatabase plan = plan();
                LegacyDatabase ours = ours();
                Connection connection = plan.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            plan.model(1, "acme", "0.000001, 0.000002, null, null");
            connection.setAutoCommit(false);
            statement
                    .executeQuery("select count(*) from models where pricing_prompt is not null")
                    .close();
            plan.sql("insert into models (id, model_id, model_name, provider_model_id, pricing_prompt)"
                    + " values (2, 'm', 'M', 'm2', 1); insert into model_pricing (model_id) values (2)");
            try (var counted = statement.executeQuery("select count(*) from model_pricing")) {
                counted.next();
                // The first count saw one model; the second one counts the price of another model.
                assertThat(counted.getInt(1)).isEqualTo(1);
            }
            connection.rollback();

            ours.model(1, "acme", "1, 2, null, null");
            Verify.Report report = new Verify(
                            interrupted(ours, "legacy_price_proof", () -> ours.model(2, "acme", "1, 2, null, null")))
                    .run();
            assertThat(report)
                    .returns(1L, Verify.Report::modelsChecked)
                    .returns(true, Verify.Report::passed)
                    .extracting(Verify.Report::countCheck)
                    .isEqualTo(new Verify.CountCheck(1, 1, true));
        }
    }

    @Test
    void s6_writesBetweenCheckAndDropAreLost() {
        try (LegacyDatabase plan = withoutViews(plan());
                LegacyDatabase ours = ours()) {
            plan.model(1, "acme", "0.000001, 0.000002, null, null");
            price(plan, 1, "0.000001, 0.000002, null, null");
            psql(plan, List.of(ThePlan.VERIFY, "update models set pricing_prompt = 0.000009", ThePlan.DROP_COLUMNS));
            assertThat(values(plan, "select trim_scale(price_per_input_token) from model_pricing"))
                    .containsExactly("0.000001");

            ours.model(1, "acme", "1, 2, null, null");
            StepResult contracted = new Contract(interrupted(
                            ours,
                            "legacy_price_contract_refusals",
                            () -> ours.sql("update models set pricing_prompt = 9")))
                    .run(Attribution.by("test"));
            assertThat(contracted.applied()).isTrue();
            assertThat(pricing(ours, 1)).isEqualTo(Pricing.paid(Price.perMillion("9"), Price.perMillion("2")));
            assertThat(rollback(ours).applied()).isTrue();
            assertThat(value(ours, "select pricing_prompt from models")).isEqualTo("9.0000000000");
        }
    }

    @Test
    void s7_paidAtZeroCheckReportsTheWrongModels() {
        try (LegacyDatabase plan = plan();
                LegacyDatabase ours = ours()) {
            plan.model(1, "acme", "0, 0.000002, null, null").model(2, "acme", "0.000001, 0, null, null");
            price(plan, 1, "0, 0.000002, null, null");
            assertThat(values(plan, ThePlan.NULL_PRICING)).containsExactly("1");

            ours.model(1, "acme", "0, 2, null, null");
            assertThat(verify(ours).paidAtZero()).isZero();
            ours.sql("update model_pricing set price_per_output_token = 0");
            assertThat(value(ours, "select pricing_type from model_pricing")).isEqualTo("missing");
            assertThat(failure(
                            ours,
                            "update model_pricing set pricing_type = 'paid', missing_reason = null,"
                                    + " price_per_input_token = 0, price_per_output_token = 0"))
                    .isEqualTo("23514");
        }
    }

    @Test
    void s10_checkAfterTheDropReadsDroppedColumns() {
        try (LegacyDatabase plan = withoutViews(plan());
                LegacyDatabase ours = ours()) {
            psql(plan, ThePlan.PHASE_3);
            assertThat(failure(plan, ThePlan.VERIFY)).isEqualTo("42703");

            ours.model(1, "acme", "1, 2, null, null");
            assertThat(contract(ours).applied()).isTrue();
            assertThat(verify(ours)).returns(1L, Verify.Report::modelsChecked).returns(true, Verify.Report::passed);
        }
    }

    @Test
    void s11_sampleOfTenMissesTheEleventhRow() {
        try (LegacyDatabase plan = plan();
                LegacyDatabase ours = ours()) {
            for (int id = 1; id <= 30; id++) {
                plan.model(id, "acme", "0.000001, 0.000002, null, null");
                ours.model(id, "acme", "1, 2, null, null");
                if (id != 30) {
                    price(plan, id, (id == 20 ? "1000" : "0.000001") + ", 0.000002, null, null");
                }
            }
            assertThat(plan.ctx().fetch(ThePlan.SAMPLE).map(row -> row.get("new_prompt_price", String.class)))
                    .hasSize(10)
                    .containsOnly("0.000001000000000");

            ours.sql("set session_replication_role = replica; delete from model_pricing where model_id = 30;"
                    + " update model_pricing set price_per_input_token = 1000 where model_id = 20");
            assertThat(verify(ours).findings())
                    .extracting(Verify.Finding::model)
                    .contains(new ModelId(20), new ModelId(30));
        }
    }

    @Test
    void s12_pricingTiersIsDroppedWithRowsAndDependents() {
        try (LegacyDatabase plan = plan();
                LegacyDatabase ours = ours()) {
            for (LegacyDatabase database : List.of(plan, ours)) {
                database.sql("insert into pricing_tiers (tier_name) values ('gold');"
                        + " create view tier_names as select tier_name from pricing_tiers");
            }
            assertThat(failure(plan, ThePlan.DROP_TIERS)).isNull();
            assertThat(value(plan, "select to_regclass('tier_names')")).isNull();

            assertThat(contract(ours).refused())
                    .extracting(Refusal::name)
                    .containsExactly("public.tier_names", "pricing_tiers");
            assertThat(values(ours, "select tier_name from tier_names")).containsExactly("gold");
        }
    }

    // Statements, locks and interruptions

    @Test
    void s13_viewsOfTheFirstPhaseBlockTheDrop() {
        try (LegacyDatabase plan = plan();
                LegacyDatabase ours = ours()) {
            assertThat(failure(plan, ThePlan.DROP_COLUMNS)).isEqualTo("2BP01");

            assertThat(contract(ours).applied()).isTrue();
        }
    }

    @Test
    void s14_cascadeDropsTheViews() {
        try (LegacyDatabase plan = plan();
                LegacyDatabase ours = ours()) {
            String views = "select count(*) from pg_views where schemaname = 'public' and viewname ~ '^models?_'";
            assertThat(value(plan, views)).isEqualTo("4");
            plan.sql(ThePlan.DROP_COLUMNS.replace("_prompt", "_prompt CASCADE"));
            assertThat(value(plan, views)).isEqualTo("1");

            List<String> before = values(ours, "select viewname from pg_views where viewname ~ '^models?_' order by 1");
            assertThat(contract(ours).applied()).isTrue();
            assertThat(values(ours, "select viewname from pg_views where viewname ~ '^models?_' order by 1"))
                    .isEqualTo(before);
        }
    }

    @Test
    void s15_indexesAndChecksAreLostSilently() {
        try (LegacyDatabase plan = withoutViews(plan());
                LegacyDatabase ours = ours()) {
            String check = "alter table models add constraint sane check (pricing_prompt <= pricing_completion)";
            plan.sql(check);
            psql(plan, List.of(ThePlan.DROP_COLUMNS, ThePlan.READD_COLUMNS, ThePlan.REPOPULATE));
            assertThat(values(plan, "select conname from pg_constraint where conname = 'sane'"))
                    .isEmpty();
            assertThat(value(plan, "select to_regclass('idx_models_pricing')")).isNull();

            ours.sql(check);
            assertThat(contract(ours).refused()).extracting(Refusal::name).containsExactly("sane on public.models");
            ours.sql("alter table models drop constraint sane");
            assertThat(contract(ours).applied()).isTrue();
            assertThat(rollback(ours).applied()).isTrue();
            assertThat(value(ours, "select to_regclass('idx_models_pricing')")).isEqualTo("idx_models_pricing");
        }
    }

    @Test
    void s16_functionsStillReferToDroppedColumns() {
        try (LegacyDatabase plan = withoutViews(plan());
                LegacyDatabase ours = LegacyDatabase.phase1().expand()) {
            plan.sql(ThePlan.DROP_COLUMNS);
            assertThat(failure(plan, "select populate_model_pricing_table()")).isEqualTo("42703");

            new Populate(ours.ctx()).run(DECLARED, Attribution.by("test"));
            assertThat(contract(ours).refused())
                    .extracting(refusal -> refusal.kind() + " " + refusal.name())
                    .containsExactly(
                            "function public.add_active_models_as_missing()",
                            "function public.calculate_missing_request_costs()",
                            "function public.populate_model_pricing_simple()",
                            "function public.populate_model_pricing_table()",
                            "function public.populate_model_pricing_with_classification()");
        }
    }

    @Test
    void s17_recreatedViewLosesItsGrants() {
        try (LegacyDatabase plan = plan();
                LegacyDatabase ours = LegacyDatabase.phase1()) {
            String grant =
                    "grant select on models_with_pricing to pg_monitor; comment on view models_with_pricing is 'ours'";
            String kept = "select has_table_privilege('pg_monitor', 'models_with_pricing', 'select') || ' '"
                    + " || coalesce(obj_description('models_with_pricing'::regclass), 'none')";
            plan.sql(grant);
            String view = "view models_with_pricing as select m.id, mp.price_per_input_token from models m"
                    + " left join model_pricing mp on mp.model_id = m.id";
            assertThat(failure(plan, "create or replace " + view)).isEqualTo("42P16");
            plan.sql("drop view models_with_pricing; create " + view);
            assertThat(value(plan, kept)).isEqualTo("false none");

            ours.sql(grant);
            ours.expand();
            assertThat(value(ours, kept)).isEqualTo("true ours");
        }
    }

    @Test
    void s18_transitionViewCannotBeCreatedBeforeTheDrop() {
        try (LegacyDatabase plan = plan();
                LegacyDatabase ours = ours()) {
            assertThat(failure(plan, ThePlan.APPENDIX_C)).isEqualTo("42701");
            psql(withoutViews(plan), List.of(ThePlan.DROP_COLUMNS, ThePlan.APPENDIX_C));
            assertThat(failure(plan, "update models_legacy_pricing set pricing_prompt = 1"))
                    .isEqualTo("55000");

            ours.model(1, "acme", "1, 2, null, null");
            new CompatViews(ours.ctx(), LockRetry.DEFAULT).install(Attribution.by("test"));
            ours.sql("update models_legacy_pricing set pricing_prompt = 3");
            assertThat(contract(ours).applied()).isTrue();
            ours.sql("update models_legacy_pricing set pricing_completion = 4");
            assertThat(pricing(ours, 1)).isEqualTo(Pricing.paid(Price.perMillion("3"), Price.perMillion("4")));
        }
    }

    @Test
    void s19_readersQueueBehindAWaitingDrop() throws Exception {
        try (LegacyDatabase plan = withoutViews(plan());
                LegacyDatabase ours = ours()) {
            try (Connection blocker = blocker(plan)) {
                Thread drop = new Thread(() -> failure(plan, "set statement_timeout = '3s'; " + ThePlan.DROP_COLUMNS));
                drop.start();
                while (!value(plan, "select count(*) from pg_locks where not granted")
                        .equals("1")) {
                    Thread.sleep(5);
                }
                assertThat(failure(plan, "set statement_timeout = '300ms'; select from models"))
                        .isEqualTo("57014");
                blocker.rollback();
                drop.join();
            }

            try (Connection blocker = blocker(ours)) {
                assertThatThrownBy(() -> new Contract(ours.ctx(), SHORT_RETRY, List.of()).run(Attribution.by("test")))
                        .isInstanceOfSatisfying(
                                NotAppliedException.class,
                                failure -> assertThat(failure.blockers())
                                        .extracting(NotAppliedException.Blocker::state)
                                        .contains("idle in transaction"));
                assertThat(failure(ours, "set statement_timeout = '300ms'; select from models"))
                        .isNull();
                blocker.rollback();
            }
        }
    }

    private static Connection blocker(LegacyDatabase database) throws SQLException {
        Connection blocker = database.dataSource().getConnection();
        blocker.setAutoCommit(false);
        try (Statement statement = blocker.createStatement()) {
            statement.execute("select from models");
        }
        return blocker;
    }

    @Test
    void s20_nextStepRunsAfterAFailedOne() {
        try (LegacyDatabase plan = plan();
                LegacyDatabase ours = ours()) {
            assertThat(psql(plan, ThePlan.PHASE_3).failures()).containsExactly("2BP01");
            assertThat(value(plan, "select to_regclass('pricing_tiers')")).isNull();
            assertThat(value(plan, "select count(pricing_prompt) from models")).isEqualTo("0");

            ours.sql("create view cheap as select id from models where pricing_prompt < 1");
            assertThat(contract(ours).applied()).isFalse();
            assertThat(value(ours, "select to_regclass('pricing_tiers')")).isEqualTo("pricing_tiers");
        }
    }

    @Test
    void s21_successIsReportedAfterAFailure() {
        try (LegacyDatabase plan = plan();
                LegacyDatabase ours = ours()) {
            assertThat(psql(plan, ThePlan.PHASE_3).notices())
                    .contains("Legacy pricing columns removed from models table");
            assertThat(failure(plan, "select pricing_prompt from models")).isNull();

            ours.sql("create view cheap as select id from models where pricing_prompt < 1");
            assertThat(contract(ours)).returns(false, StepResult::applied).returns(Phase.POPULATED, StepResult::phase);
        }
    }

    @Test
    void s22_twoRunnersRunAtOnce() throws SQLException {
        try (LegacyDatabase plan = withoutViews(plan());
                LegacyDatabase ours = ours();
                Connection other = ours.dataSource().getConnection();
                Statement statement = other.createStatement()) {
            // The second runner does not see the first one, and reports success too.
            assertThat(psql(plan, ThePlan.PHASE_3).notices())
                    .contains("Legacy pricing columns removed from models table");
            assertThat(psql(plan, List.of(ThePlan.DROP_COLUMNS, ThePlan.LOG)).notices())
                    .contains("Legacy pricing columns removed from models table");

            other.setAutoCommit(false);
            statement.execute("select legacy_price_begin_step(100)");
            assertThatThrownBy(() -> new Contract(ours.ctx(), SHORT_RETRY, List.of()).run(Attribution.by("test")))
                    .isInstanceOf(NotAppliedException.class)
                    .hasMessageContaining("another step of the migration is running");
            other.rollback();
            assertThat(contract(ours).applied()).isTrue();
        }
    }

    @Test
    void s23_secondRunFails() {
        try (LegacyDatabase plan = withoutViews(plan());
                LegacyDatabase ours = ours()) {
            psql(plan, List.of(ThePlan.DROP_COLUMNS, ThePlan.READD_COLUMNS));
            assertThat(failure(plan, ThePlan.READD_COLUMNS)).isEqualTo("42701");

            assertThat(contract(ours).applied()).isTrue();
            assertThat(contract(ours)).isEqualTo(StepResult.already(Phase.CONTRACTED));
            assertThat(rollback(ours).applied()).isTrue();
            assertThat(rollback(ours)).isEqualTo(StepResult.already(Phase.POPULATED));
        }
    }

    @Test
    void s24_preparedSelectStarFailsInATransaction() throws SQLException {
        try (LegacyDatabase plan = withoutViews(plan());
                LegacyDatabase ours = ours();
                Connection client = plan.dataSource().getConnection();
                Statement statement = client.createStatement();
                Connection old = ours.dataSource().getConnection();
                Statement legacy = old.createStatement()) {
            statement.execute("prepare everything as select * from models");
            statement.execute("execute everything");
            plan.sql(ThePlan.DROP_COLUMNS);
            assertThatThrownBy(() -> statement.execute("execute everything"))
                    .hasMessageContaining("cached plan must not change result type");

            new CompatViews(ours.ctx(), LockRetry.DEFAULT).install(Attribution.by("test"));
            legacy.execute("set search_path = pricing_legacy, public; prepare everything as select * from models");
            legacy.execute("execute everything");
            assertThat(contract(ours).applied()).isTrue();
            legacy.execute("execute everything");
        }
    }

    @Test
    void s27_partOfTheColumnsIsAccepted() {
        try (LegacyDatabase plan = withoutViews(plan());
                LegacyDatabase ours = LegacyDatabase.expanded()) {
            plan.sql("alter table models drop column pricing_image");
            assertThat(failure(plan, ThePlan.DROP_COLUMNS)).isNull();

            ours.sql("alter table models drop column pricing_image");
            assertThatIllegalStateException()
                    .isThrownBy(() -> new Populate(ours.ctx()).run(DECLARED, Attribution.by("test")))
                    .withMessageContaining("models has no legacy price column pricing_image");
        }
    }

    @Test
    void s28_oldColumnsBecomeStale() {
        try (LegacyDatabase plan = plan();
                LegacyDatabase ours = ours()) {
            plan.model(1, "acme", "0.000001, 0.000002, null, null");
            price(plan, 1, "0.000005, 0.000006, null, null");
            assertThat(value(plan, "select pricing_prompt from models")).isEqualTo("0.0000010000");

            ours.model(1, "acme", "1, 2, null, null");
            writePrice(ours, 1, "5", "6");
            assertThat(value(ours, "select pricing_prompt from models")).isEqualTo("5.0000000000");
        }
    }

    @Test
    void s29_unknownReadersFailAfterTheDrop() {
        try (LegacyDatabase plan = withoutViews(plan());
                LegacyDatabase ours = ours()) {
            plan.sql(ThePlan.DROP_COLUMNS);
            assertThat(failure(plan, "select pricing_prompt from models")).isEqualTo("42703");

            String read = "set role pg_read_server_files; select pricing_prompt from models";
            ours.sql("grant select on models to pg_read_server_files");
            Fence fence = new Fence(ours.ctx(), LockRetry.DEFAULT);
            assertThat(fence.raise(List.of(), Attribution.by("test")).fenced()).containsExactly("pg_read_server_files");
            assertThat(failure(ours, read)).isEqualTo("42501");
            fence.lower(Attribution.by("test"));
            assertThat(failure(ours, read)).isNull();
        }
    }

    // Values

    @Test
    void s30_unitIsGuessedFromTheSizeOfTheNumber() {
        try (LegacyDatabase plan = plan();
                LegacyDatabase ours = ours()) {
            for (LegacyDatabase database : List.of(plan, ours)) {
                database.model(1, "acme", "0.055, 5, 0.04, null");
            }
            plan.sql("select populate_model_pricing_table()");
            assertThat(values(
                            plan,
                            "select trim_scale(price_per_input_token) || ' ' || trim_scale(price_per_output_token)"
                                    + " || ' ' || trim_scale(price_per_image_token) from model_pricing"))
                    .containsExactly("0.000055 0.000005 0.00004");

            assertThat(
                            values(
                                    ours,
                                    "select price_per_input_token || ' ' || price_per_output_token || ' ' || r.price"
                                            + " from model_pricing p join model_pricing_card_rate r on r.rate_set_id = p.rate_set_id"))
                    .containsExactly("0.000000055 0.000005 0.04");
        }
    }

    @Test
    void s32_smallFeeIsRoundedToZeroAndLargeFeeFails() {
        try (LegacyDatabase plan = plan();
                LegacyDatabase ours = ours()) {
            for (LegacyDatabase database : List.of(plan, ours)) {
                database.model(1, "acme", "1, 1, null, 0.0000004");
            }
            plan.sql("select populate_model_pricing_table()");
            assertThat(values(plan, "select price_per_request from model_pricing"))
                    .containsExactly("0.000000");
            plan.model(2, "acme", "1, 1, null, 10000");
            assertThat(failure(plan, "select populate_model_pricing_table()")).isEqualTo("22003");

            ours.model(2, "acme", "1, 1, null, 10000");
            assertThat(values(ours, "select price_per_request::text from model_pricing order by model_id"))
                    .containsExactly("0.0000004", "10000");
        }
    }

    @Test
    void s33_rollbackRoundsAndChangesTheType() {
        try (LegacyDatabase plan = withoutViews(plan());
                LegacyDatabase ours = ours()) {
            plan.model(1, "acme", "0.0000000188, 0.0000000001, null, 0.0000004");
            price(plan, 1, "0.00000001875, 0.00000000004, null, 0.0000004");
            psql(plan, List.of(ThePlan.DROP_COLUMNS, ThePlan.READD_COLUMNS, ThePlan.REPOPULATE));
            assertThat(values(
                            plan,
                            "select concat_ws(' ', pricing_prompt, pricing_completion, pricing_request) from models"))
                    .containsExactly("0.0000000188 0.0000000000 0.000000");
            assertThat(type(plan)).isEqualTo("numeric(10,6)");

            ours.model(1, "acme", "0.01875, 0.0000000001, null, 0.0000004");
            ours.model(2, "acme", "1, 2, null, null");
            writePrice(ours, 2, "0.018750000000001", "0.00000000004");
            String before = value(ours, CELLS);
            assertThat(contract(ours).applied()).isTrue();
            assertThat(rollback(ours).applied()).isTrue();
            assertThat(value(ours, CELLS))
                    .isEqualTo(before)
                    .isEqualTo("1: 0.0187500000 0.0000000001 0.0000004000, 2: 0.0187500000 0.0000000000");
            assertThat(type(ours)).isEqualTo("numeric(20,10)");
            assertThat(value(ours, "select price_per_input_token::text from model_pricing where model_id = 2"))
                    .isEqualTo("0.000000018750000000001");
        }
    }

    private static final String CELLS =
            "select string_agg(id || ': ' || concat_ws(' ', pricing_prompt, pricing_completion,"
                    + " pricing_image, pricing_request), ', ' order by id) from models";

    private static String type(LegacyDatabase database) {
        return value(
                database,
                "select format_type(atttypid, atttypmod) from pg_attribute"
                        + " where attrelid = 'models'::regclass and attname = 'pricing_request'");
    }

    @Test
    void s34_rollbackTurnsUnknownIntoFree() {
        try (LegacyDatabase plan = withoutViews(plan());
                LegacyDatabase ours = ours()) {
            for (LegacyDatabase database : List.of(plan, ours)) {
                database.model(1, "acme", "null, null, null, null");
            }
            plan.sql("select add_active_models_as_missing()");
            psql(plan, List.of(ThePlan.DROP_COLUMNS, ThePlan.READD_COLUMNS, ThePlan.REPOPULATE));
            assertThat(value(plan, "select pricing_prompt::text from models")).isEqualTo("0.0000000000");

            contract(ours);
            rollback(ours);
            assertThat(value(ours, "select pricing_prompt from models")).isNull();
        }
    }

    @Test
    void s35_rollbackSkipsModelsAndUpdatesAllOthers() {
        try (LegacyDatabase plan = withoutViews(plan());
                LegacyDatabase ours = ours()) {
            for (LegacyDatabase database : List.of(plan, ours)) {
                database.model(1, "acme", "0.000001, 0.000002, null, null").model(2, "acme", "null, null, 0.04, null");
                database.sql("set session_replication_role = replica; update models set updated_at = '2026-01-01'");
            }
            plan.sql("select populate_model_pricing_table()");
            psql(plan, List.of(ThePlan.DROP_COLUMNS, ThePlan.READD_COLUMNS, ThePlan.REPOPULATE));
            assertThat(value(plan, "select count(*) from models where pricing_image = 0.04"))
                    .isEqualTo("0");
            assertThat(value(plan, "select count(*) from models where updated_at > '2026-01-01'"))
                    .isEqualTo("1");

            List<String> before = values(
                    ours,
                    "select concat_ws(' ', id, pricing_prompt, pricing_image, updated_at)"
                            + " from models order by id");
            contract(ours);
            rollback(ours);
            assertThat(values(
                            ours,
                            "select concat_ws(' ', id, pricing_prompt, pricing_image, updated_at)"
                                    + " from models order by id"))
                    .isEqualTo(before);
        }
    }

    @Test
    void s36_invalidPricesAreStored() {
        try (LegacyDatabase plan = plan();
                LegacyDatabase ours = ours()) {
            for (LegacyDatabase database : List.of(plan, ours)) {
                database.model(1, "acme", "-1, -1, null, null").model(2, "acme", "'NaN', 1, null, null");
            }
            plan.sql("select populate_model_pricing_table()");
            assertThat(values(
                            plan,
                            "select pricing_type || ' ' || trim_scale(price_per_input_token) from model_pricing"
                                    + " order by model_id"))
                    .containsExactly("paid -1", "paid NaN");

            assertThat(values(ours, "select missing_reason from model_pricing order by model_id"))
                    .containsExactly("dynamic", "ambiguous");
            for (String nonsense : List.of("-1", "'NaN'", "1e12")) {
                assertThat(failure(
                                ours,
                                "update model_pricing set pricing_type = 'paid', missing_reason = null,"
                                        + " price_per_input_token = " + nonsense))
                        .isEqualTo("23514");
            }
        }
    }

    @Test
    void s37_descriptionMakesAModelFree() {
        try (LegacyDatabase plan = plan();
                LegacyDatabase ours = ours()) {
            for (LegacyDatabase database : List.of(plan, ours)) {
                database.model(1, "acme", "null, null, null, 0.05");
                database.sql("update models set description = 'Hassle-free coding'");
            }
            plan.sql("select populate_model_pricing_with_classification()");
            assertThat(values(plan, "select pricing_type || coalesce(price_per_request::text, '') from model_pricing"))
                    .containsExactly("free");

            assertThat(pricing(ours, 1).type().id()).isEqualTo("paid");
            assertThat(LegacyPrices.of(pricing(ours, 1), LegacyUnit.PER_TOKEN).pricingRequest())
                    .isEqualByComparingTo("0.05");
        }
    }

    @Test
    void s38_deprecatedPriceIsReclassified() {
        try (LegacyDatabase plan = plan();
                LegacyDatabase ours = ours()) {
            plan.model(1, "acme", "0.000001, 0.000002, null, null");
            price(plan, 1, "0.000001, 0.000002, null, null");
            plan.sql(
                    "update model_pricing set pricing_type = 'deprecated'; select populate_model_pricing_with_classification()");
            assertThat(value(plan, "select pricing_type from model_pricing")).isEqualTo("paid");

            ours.model(1, "acme", "1, 2, null, null");
            ours.sql("update model_pricing set pricing_type = 'deprecated'");
            ours.sql("update models set pricing_prompt = 3");
            assertThat(value(ours, "select pricing_type from model_pricing")).isEqualTo("deprecated");
        }
    }

    @Test
    void s40_lateSyncOverwritesAManualPrice() {
        try (LegacyDatabase plan = plan();
                LegacyDatabase ours = ours()) {
            plan.model(1, "acme", "0.000001, 0.000002, null, null");
            price(plan, 1, "0.000009, 0.000009, null, null");
            plan.sql("update model_pricing set pricing_source = 'manual'; select populate_model_pricing_simple()");
            assertThat(value(plan, "select trim_scale(price_per_input_token) from model_pricing"))
                    .isEqualTo("0.000001");

            ours.model(1, "acme", "1, 2, null, null");
            Pricing manual = Pricing.paid(Price.perMillion("9"), Price.perMillion("9"));
            new JooqPricingRepository(ours.ctx())
                    .setManual(new ModelId(1), manual, new Attribution("ada", "negotiated"));
            writePrice(ours, 1, "1", "2");
            new Populate(ours.ctx()).run(Declarations.none(), Attribution.by("test"));
            assertThat(pricing(ours, 1)).isEqualTo(manual);
        }
    }

    @Test
    void s43_deletedModelLosesItsPriceHistory() {
        try (LegacyDatabase plan = plan();
                LegacyDatabase ours = ours()) {
            plan.model(1, "acme", "0.000001, 0.000002, null, null");
            price(plan, 1, "0.000001, 0.000002, null, null");
            plan.sql("delete from providers");
            assertThat(values(plan, "select model_id from model_pricing")).isEmpty();

            ours.model(1, "acme", "1, 2, null, null");
            ours.sql("delete from providers");
            assertThat(values(
                            ours,
                            "select kind || ' ' || coalesce(price_per_input_token::text, 'none')"
                                    + " from model_pricing_version order by number"))
                    .containsExactly("change 0.000001", "deletion none");
        }
    }

    @Test
    void s44_usageWithoutAPriceCostsNothing() {
        try (LegacyDatabase plan = plan();
                LegacyDatabase ours = ours()) {
            for (LegacyDatabase database : List.of(plan, ours)) {
                database.model(1, "acme", "null, null, null, null");
                database.sql(
                        "insert into chat_completion_requests (request_id, model_id, input_tokens, processing_time_ms)"
                                + " values ('r', 1, 1000000, 1)");
            }
            assertThat(values(plan, "select total_cost_usd from model_usage_analytics"))
                    .containsExactly("0.000000");

            assertThat(values(ours, "select total_cost_usd from model_usage_analytics"))
                    .containsExactly((String) null);
        }
    }

    @Test
    void s45_emptyRowIsPaidAtZero() {
        try (LegacyDatabase plan = plan();
                LegacyDatabase ours = ours()) {
            plan.model(1, "acme", "null, null, null, null");
            plan.sql("insert into model_pricing (model_id) values (1)");
            assertThat(value(
                            plan,
                            "select pricing_type || ' ' || price_per_input_token::numeric(3, 1) from model_pricing"))
                    .isEqualTo("paid 0.0");

            ours.model(1, "acme", "null, null, null, null");
            ours.sql("delete from model_pricing");
            ours.sql("insert into model_pricing (model_id) values (1)");
            assertThat(
                            value(
                                    ours,
                                    "select pricing_type || ' ' || coalesce(price_per_input_token::text, 'null') from model_pricing"))
                    .isEqualTo("missing null");
        }
    }
}
