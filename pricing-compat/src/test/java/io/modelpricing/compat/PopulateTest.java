package io.modelpricing.compat;

import static io.modelpricing.compat.LegacyUnit.PER_IMAGE;
import static io.modelpricing.compat.LegacyUnit.PER_MILLION;
import static io.modelpricing.compat.LegacyUnit.PER_REQUEST;
import static io.modelpricing.compat.LegacyUnit.PER_THOUSAND;
import static io.modelpricing.compat.LegacyUnit.PER_TOKEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.PriceVersion;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.PricingType;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.compat.Declarations.Scope;
import io.modelpricing.jooq.JooqPricingRepository;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Test;

class PopulateTest {

    private static final Scope ALL = new Scope.All();
    private static final Scope ACME = new Scope.Provider("acme");
    private static final Declarations EVERYTHING = Declarations.none()
            .tokens(ALL, PER_TOKEN)
            .image(ALL, PER_TOKEN)
            .request(ALL, PER_REQUEST)
            .zero(ALL, Zero.FREE);

    private static Populate.Result populate(LegacyDatabase database, Declarations declared) {
        return new Populate(database.ctx()).run(declared, Attribution.by("test"));
    }

    private static ModelPricing find(LegacyDatabase database, int model) {
        return new JooqPricingRepository(database.ctx())
                .find(new ModelId(model))
                .orElseThrow();
    }

    private static Pricing pricing(LegacyDatabase database, int model) {
        return find(database, model).pricing();
    }

    private static List<String> refusals(Populate.Result result) {
        return result.refused().stream()
                .map(refused -> refused.model() + " " + refused.column() + ": " + refused.reason())
                .toList();
    }

    @Test
    void everyCombinationOfCellsHasOneMeaning() {
        List<String> cells = List.of("null", "0", "-1", "0.0000025", "'NaN'", "-0.5");
        List<List<String>> rows = new ArrayList<>();
        try (LegacyDatabase database = LegacyDatabase.expanded()) {
            StringBuilder values = new StringBuilder();
            for (String prompt : cells) {
                for (String completion : cells) {
                    for (String image : cells) {
                        for (String request : cells) {
                            rows.add(List.of(prompt, completion, image, request));
                            values.append(values.isEmpty() ? "" : ", ")
                                    .append("(%1$s, 1, 'm', 'M', 'm%1$s', %2$s)"
                                            .formatted(
                                                    String.valueOf(rows.size()),
                                                    String.join(", ", rows.get(rows.size() - 1))));
                        }
                    }
                }
            }
            database.sql("""
                    insert into models (id, provider_id, model_id, model_name, provider_model_id,
                        pricing_prompt, pricing_completion, pricing_image, pricing_request)
                    values\s""" + values);

            Populate.Result result = populate(database, EVERYTHING);

            Map<ModelId, ModelPricing> found = new JooqPricingRepository(database.ctx())
                    .findAll(IntStream.rangeClosed(1, rows.size())
                            .mapToObj(ModelId::new)
                            .toList());
            for (int i = 0; i < rows.size(); i++) {
                assertThat(meaning(found.get(new ModelId(i + 1)).pricing()))
                        .as("%s", rows.get(i))
                        .isEqualTo(expected(rows.get(i)));
            }
            Set<Long> ambiguous = found.values().stream()
                    .filter(pricing -> meaning(pricing.pricing()).equals("ambiguous"))
                    .map(pricing -> pricing.model().value())
                    .collect(Collectors.toSet());
            assertThat(result.models()).isEqualTo(1296).isEqualTo(result.inserted());
            assertThat(result.quarantined()).isEqualTo(ambiguous.size());
            assertThat(result.refused().stream()
                            .map(refused -> refused.model().value())
                            .collect(Collectors.toSet()))
                    .isEqualTo(ambiguous);
            assertThat(database.ctx()
                            .fetch("select model_id from model_pricing_quarantine where origin = 'models'")
                            .intoSet(0, Long.class))
                    .isEqualTo(ambiguous);
        }
    }

    private static String meaning(Pricing pricing) {
        return pricing.fold(card -> pricing.type().id(), MissingReason::id);
    }

    private static String expected(List<String> cells) {
        if (cells.contains("'NaN'") || cells.contains("-0.5")) {
            return "ambiguous";
        }
        if (cells.contains("0.0000025")) {
            return cells.contains("-1") ? "ambiguous" : "paid";
        }
        if (cells.contains("-1")) {
            return "dynamic";
        }
        return cells.contains("0") ? "free" : "never_known";
    }

    @Test
    void numbersOfAnySizeAreConvertedByTheDeclaredUnit() {
        try (LegacyDatabase database = LegacyDatabase.expanded()) {
            for (int i = 0; i < 2; i++) {
                database.model(10 * i + 1, i == 0 ? "acme" : "bolt", "0.0550000000, 5, null, null")
                        .model(10 * i + 2, i == 0 ? "acme" : "bolt", "0.0000000001, 9999999999.9999999999, null, null");
            }
            database.model(3, "none of them", "0.5, 1.5, null, 0.01");

            Populate.Result result = populate(
                    database, EVERYTHING.tokens(ACME, PER_MILLION).tokens(new Scope.NoProvider(), PER_THOUSAND));

            assertThat(result.refused()).isEmpty();
            assertThat(pricing(database, 1)).isEqualTo(Pricing.paid(Price.perToken("5.5e-8"), Price.perToken("5e-6")));
            assertThat(pricing(database, 2))
                    .isEqualTo(Pricing.paid(Price.perToken("1e-16"), Price.perToken("9999.9999999999999999")));
            assertThat(pricing(database, 11)).isEqualTo(Pricing.paid(Price.perToken("0.055"), Price.perToken("5")));
            assertThat(pricing(database, 12))
                    .isEqualTo(Pricing.paid(Price.perToken("1e-10"), Price.perToken("9999999999.9999999999")));
            assertThat(pricing(database, 3))
                    .isEqualTo(new Pricing.Paid(RateCard.of(Price.perToken("0.0005"), Price.perToken("0.0015"))
                            .plus(Rate.of(BillingUnit.REQUEST, Price.perUnit("0.01")))));
        }
    }

    @Test
    void pricePerImageBecomesAnImageCountRate() {
        try (LegacyDatabase database = LegacyDatabase.expanded()
                .model(1, "acme", "null, null, 0.04, null")
                .model(2, "bolt", "null, null, 0.04, null")
                .model(3, "acme", "0.000001, 0.000002, 0, null")) {

            populate(database, EVERYTHING.image(ACME, PER_IMAGE));

            assertThat(pricing(database, 1))
                    .isEqualTo(new Pricing.Paid(RateCard.of(Rate.of(BillingUnit.IMAGE_COUNT, Price.perUnit("0.04")))));
            assertThat(pricing(database, 2))
                    .isEqualTo(new Pricing.Paid(RateCard.of(Rate.of(BillingUnit.IMAGE, Price.perToken("0.04")))));
            assertThat(pricing(database, 3))
                    .isEqualTo(new Pricing.Paid(RateCard.of(Price.perMillion("1"), Price.perMillion("2"))
                            .plus(Rate.of(BillingUnit.IMAGE_COUNT, Price.ZERO))));
        }
    }

    @Test
    void undeclaredPricesAreRefusedAndNotWritten() {
        try (LegacyDatabase database = LegacyDatabase.expanded()
                .model(1, "acme", "0.5, 1, null, null")
                .model(2, "bolt", "0.5, 0, null, null")
                .model(3, "acme", "0.5, 1, 0, 0.01")
                .model(4, "acme", "0, 0, null, null")
                .model(5, "none", "null, 2, null, null")
                .model(6, "bolt", "null, null, null, null")
                .model(7, "bolt", "-1, -1, null, null")
                .model(8, "acme", "0.5, 0, null, 0")) {

            Populate.Result result = populate(database, Declarations.none().tokens(ACME, PER_MILLION));

            assertThat(refusals(result))
                    .containsExactly(
                            "2 pricing_prompt: pricing_prompt is 0.5000000000, but its unit is not declared for provider bolt",
                            "3 pricing_image: pricing_image is 0.0000000000, but its unit is not declared for provider acme",
                            "3 pricing_request: pricing_request is 0.0100000000, but its unit is not declared for provider acme",
                            "4 pricing_prompt: pricing_prompt is 0.0000000000 like every price of the model, but the"
                                    + " meaning of zero is not declared for provider acme",
                            "4 pricing_completion: pricing_completion is 0.0000000000 like every price of the model, but"
                                    + " the meaning of zero is not declared for provider acme",
                            "5 pricing_completion: pricing_completion is 2.0000000000, but its unit is not declared for models"
                                    + " without provider");
            assertThat(result)
                    .extracting(Populate.Result::models, Populate.Result::inserted, Populate.Result::quarantined)
                    .containsExactly(8, 4, 0);
            assertThat(database.ctx()
                            .fetch("select model_id from model_pricing order by model_id")
                            .intoSet(0, Long.class))
                    .containsExactly(1L, 6L, 7L, 8L);
        }
    }

    @Test
    void zerosAreFreeOnlyIfDeclared() {
        try (LegacyDatabase database =
                LegacyDatabase.expanded().model(1, "acme", "0, 0, null, null").model(2, "bolt", "0, 0, null, null")) {

            populate(database, Declarations.none().zero(ALL, Zero.UNKNOWN).zero(ACME, Zero.FREE));

            assertThat(pricing(database, 1)).isEqualTo(Pricing.free());
            assertThat(pricing(database, 2)).isEqualTo(Pricing.missing(MissingReason.NEVER_KNOWN));
        }
    }

    @Test
    void copiedPricesHaveNoStartDate() {
        try (LegacyDatabase database = LegacyDatabase.expanded()
                .model(1, "acme", "0.000001, 0.000002, null, null")
                .model(2, "acme", "null, null, null, null")) {
            Instant before = Instant.now();

            populate(database, EVERYTHING);

            PriceVersion version = new JooqPricingRepository(database.ctx())
                    .versions(new ModelId(1))
                    .get(0);
            assertThat(version.validFrom()).isNull();
            assertThat(version.recordedAt()).isAfter(before.minusSeconds(60));
            assertThat(version.attribution())
                    .isEqualTo(new Attribution("test", "populate: imported from the legacy columns"));
            assertThat(find(database, 1).source()).isEqualTo(new PricingSource("legacy"));
            assertThat(new JooqPricingRepository(database.ctx()).findAt(new ModelId(1), Instant.EPOCH))
                    .hasValueSatisfying(
                            then -> assertThat(then.pricing().type()).isEqualTo(PricingType.PAID));
        }
    }

    @Test
    void secondRunChangesNothing() {
        try (LegacyDatabase database = LegacyDatabase.expanded()
                .model(1, "acme", "0.000001, 0.000002, null, null")
                .model(2, "acme", "'NaN', null, null, null")
                .model(3, "acme", "null, null, null, null")) {
            populate(database, EVERYTHING);
            long revision = revision(database);

            Populate.Result again = populate(database, EVERYTHING);

            assertThat(again)
                    .extracting(Populate.Result::inserted, Populate.Result::updated, Populate.Result::unchanged)
                    .containsExactly(0, 0, 3);
            assertThat(database.ctx().fetchCount(DSL.table("model_pricing_quarantine")))
                    .isEqualTo(1);
            assertThat(revision(database)).isEqualTo(revision);

            // Written without triggers, so only another run finds it.
            database.sql("set session_replication_role = replica;"
                    + " update models set pricing_prompt = 0.000003 where id = 1");
            assertThat(populate(database, EVERYTHING).updated()).isEqualTo(1);
            assertThat(pricing(database, 1)).isEqualTo(Pricing.paid(Price.perMillion("3"), Price.perMillion("2")));
        }
    }

    private static long revision(LegacyDatabase database) {
        return database.ctx()
                .fetchSingle("select revision from model_pricing_revision")
                .get(0, Long.class);
    }

    @Test
    void rowsFromBeforeExpandAreReplacedAndLaterOnesKept() {
        try (LegacyDatabase database = LegacyDatabase.phase1()) {
            for (int id = 1; id <= 4; id++) {
                database.model(id, "acme", "0.000001, 0.000002, null, null");
            }
            // The first phase guessed prices 1,000 times too high; one price is a manual override.
            database.sql("""
                    insert into model_pricing (model_id, price_per_input_token, price_per_output_token, pricing_source)
                    values (1, 0.001, 0.002, 'provider'), (2, 0.001, 0.002, 'provider'), (3, 0.001, 0.002, 'manual')
                    """);
            database.expand();
            Pricing current = Pricing.paid(Price.perMillion("7"), Price.perMillion("8"));
            new JooqPricingRepository(database.ctx())
                    .upsert(
                            new PriceUpdate(new ModelId(2), current, PricingSource.PROVIDER, Instant.now()),
                            Attribution.by("api_sync:acme"));

            Populate.Result result = populate(database, EVERYTHING);

            Pricing carriedOver = Pricing.paid(Price.perMillion("1"), Price.perMillion("2"));
            assertThat(pricing(database, 1)).isEqualTo(carriedOver);
            assertThat(pricing(database, 2)).isEqualTo(current);
            assertThat(pricing(database, 3)).isEqualTo(Pricing.paid(Price.perToken("0.001"), Price.perToken("0.002")));
            assertThat(pricing(database, 4)).isEqualTo(carriedOver);
            assertThat(result.kept()).containsExactly(new ModelId(2), new ModelId(3));
            assertThat(result)
                    .extracting(Populate.Result::inserted, Populate.Result::updated, Populate.Result::unchanged)
                    .containsExactly(1, 1, 0);
        }
    }

    /** The plan copied the price of an image to the column of image tokens. */
    @Test
    void imagePricesFromBeforeExpandAreReplacedByTheDeclaredUnit() {
        try (LegacyDatabase database = LegacyDatabase.phase1()) {
            for (int id = 1; id <= 2; id++) {
                database.model(id, id == 1 ? "acme" : "bolt", "0.000001, 0.000002, 0.04, null");
            }
            database.model(3, "acme", "0, 0, 0, null");
            database.sql("insert into model_pricing (model_id, price_per_input_token, price_per_output_token,"
                    + " price_per_image_token, pricing_source)"
                    + " select id, 0.000001, 0.000002, 0.04, 'provider' from models");
            database.expand();

            populate(
                    database,
                    Declarations.none()
                            .tokens(ALL, PER_TOKEN)
                            .image(ACME, PER_IMAGE)
                            .zero(ALL, Zero.FREE));
            // A legacy write is converted by the declaration, before populate has run again.
            database.sql("insert into legacy_price_declaration (scope, subject, meaning, declared_by)"
                    + " values ('all', 'pricing_image', 'per-image', 'ada')");
            database.sql("update models set pricing_completion = 0.000003 where id = 2");

            Rate image = Rate.of(BillingUnit.IMAGE_COUNT, Price.perUnit("0.04"));
            assertThat(pricing(database, 1))
                    .isEqualTo(new Pricing.Paid(RateCard.of(Price.perMillion("1"), Price.perMillion("2"))
                            .plus(image)));
            assertThat(pricing(database, 2))
                    .isEqualTo(new Pricing.Paid(RateCard.of(Price.perMillion("1"), Price.perMillion("3"))
                            .plus(image)));
            assertThat(pricing(database, 3).type()).isEqualTo(PricingType.FREE);
            assertThat(new Verify(database.ctx()).run().findings()).isEmpty();
        }
    }

    @Test
    void historyOfAKeptPriceHasNoRatesThatTheCellsCannotShow() {
        try (LegacyDatabase database = LegacyDatabase.expanded()
                .model(1, "acme", "0, 0, null, null")
                .model(2, "acme", "1, null, 0.04, null")) {
            JooqPricingRepository prices = new JooqPricingRepository(database.ctx());
            Pricing kept = new Pricing.Paid(RateCard.of(Price.perMillion("5"), Price.perMillion("6"))
                    .plus(
                            Rate.of(BillingUnit.IMAGE, Price.perMillion("7")),
                            Rate.of(BillingUnit.CACHE_READ, Price.perMillion("0.5"))));
            for (int id = 1; id <= 2; id++) {
                prices.upsert(
                        new PriceUpdate(new ModelId(id), kept, PricingSource.PROVIDER, Instant.now()),
                        Attribution.by("api_sync:acme"));
            }

            populate(
                    database,
                    Declarations.none()
                            .tokens(ALL, PER_MILLION)
                            .image(ALL, PER_IMAGE)
                            .zero(ALL, Zero.FREE));

            assertThat(pricing(database, 1)).isEqualTo(kept);
            assertThat(pricing(database, 2)).isEqualTo(kept);
            assertThat(prices.findAt(new ModelId(1), Instant.EPOCH)
                            .orElseThrow()
                            .pricing())
                    .isEqualTo(Pricing.free());
            assertThat(prices.findAt(new ModelId(2), Instant.EPOCH)
                            .orElseThrow()
                            .pricing())
                    .isEqualTo(new Pricing.Paid(RateCard.of(
                            Rate.of(BillingUnit.INPUT, Price.perMillion("1")),
                            Rate.of(BillingUnit.IMAGE_COUNT, Price.perUnit("0.04")))));
            assertThat(new Verify(database.ctx()).run().findings()).isEmpty();
        }
    }

    @Test
    void quarantineKeepsTheOriginalCells() {
        try (LegacyDatabase database = LegacyDatabase.expanded()
                .model(1, "acme", "'NaN', 0.0000025, null, -0.5")
                .model(2, "acme", "-1, 0.0000025, null, null")) {

            Populate.Result result = populate(database, EVERYTHING);

            assertThat(quarantine(database))
                    .containsExactly(
                            "1 {\"pricing_image\": null, \"pricing_prompt\": \"NaN\", \"pricing_request\": -0.5000000000,"
                                    + " \"pricing_completion\": 0.0000025000} pricing_prompt is NaN; expected a number of"
                                    + " 0 or more, or -1 for a dynamic price; pricing_request is -0.5000000000;"
                                    + " expected a number of 0 or more, or -1 for a dynamic price",
                            "2 {\"pricing_image\": null, \"pricing_prompt\": -1.0000000000, \"pricing_request\": null,"
                                    + " \"pricing_completion\": 0.0000025000} pricing_prompt is -1.0000000000 (a dynamic"
                                    + " price), but pricing_completion is 0.0000025000");
            assertThat(result.refused())
                    .extracting(refused -> refused.model() + " " + refused.column())
                    .containsExactly("1 pricing_prompt", "1 pricing_request", "2 pricing_prompt");

            database.sql("update models set pricing_request = null where id = 1");
            populate(database, EVERYTHING);
            assertThat(quarantine(database)).hasSize(2).first().asString().contains("\"pricing_request\": null");
        }
    }

    @Test
    void acceptedCellsAreNotQuarantinedAgain() {
        try (LegacyDatabase database = LegacyDatabase.expanded().model(1, "acme", "'NaN', null, null, null")) {
            populate(database, EVERYTHING);
            database.sql("""
                    update model_pricing_quarantine
                    set resolution = 'accepted', resolved_at = now(), resolved_by = 'ada', resolution_reason = 'a router'
                    """);

            populate(database, EVERYTHING);
            assertThat(quarantine(database)).hasSize(1);

            database.sql("update models set pricing_completion = -2");
            populate(database, EVERYTHING);
            assertThat(quarantine(database)).hasSize(2);
        }
    }

    private static List<String> quarantine(LegacyDatabase database) {
        return database.ctx()
                .fetch("select model_id, original::text, reason from model_pricing_quarantine order by id")
                .map(row -> row.get(0) + " " + row.get(1) + " " + row.get(2));
    }

    @Test
    void priceOutOfRangeIsQuarantined() {
        try (LegacyDatabase database = LegacyDatabase.legacy()) {
            database.sql("drop view model_usage_analytics");
            database.sql("alter table models alter column pricing_prompt type numeric");
            database.model(1, "acme", "1e12, 1, null, null").model(2, "acme", "'Infinity', 1, null, null");
            database.expand();

            Populate.Result result = populate(database, EVERYTHING);

            assertThat(refusals(result))
                    .hasSize(2)
                    .satisfiesExactly(
                            first -> assertThat(first)
                                    .startsWith("1 pricing_prompt: ")
                                    .contains("expected less than 1000000000000 US dollars"),
                            second -> assertThat(second).startsWith("2 pricing_prompt: pricing_prompt is Infinity"));
            assertThat(pricing(database, 1)).isEqualTo(Pricing.missing(MissingReason.AMBIGUOUS));
            assertThat(quarantine(database)).hasSize(2);
        }
    }

    @Test
    void unknownProviderIsRejected() {
        try (LegacyDatabase database = LegacyDatabase.expanded().model(1, "acme", "0.5, 1, null, null")) {

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> populate(database, EVERYTHING.tokens(new Scope.Provider("acmee"), PER_MILLION)))
                    .withMessage(
                            "declarations name providers that do not exist: acmee; expected a slug of the table providers");
            assertThat(find(database, 1).version()).isZero();
        }
    }

    @Test
    void populateFailsWithoutLegacyColumns() {
        try (LegacyDatabase database = LegacyDatabase.expanded()) {
            database.sql("alter table models drop column pricing_image, drop column pricing_prompt cascade");

            assertThatIllegalStateException()
                    .isThrownBy(() -> populate(database, EVERYTHING))
                    .withMessage(
                            "models has no legacy price column pricing_image, pricing_prompt, so there are no prices to copy");
        }
    }

    @Test
    void failureWritesNothing() {
        try (LegacyDatabase database = LegacyDatabase.expanded()
                .model(1, "acme", "0.000001, 0.000002, null, null")
                .model(2, "acme", "'NaN', null, null, null")) {
            database.sql("alter table model_pricing_quarantine add constraint full_up check (model_id <> 2)");

            assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> populate(database, EVERYTHING));
            assertThat(find(database, 1).version()).isZero();
        }
    }

    @Test
    void lockHeldByAnotherSessionFailsTheRun() throws Exception {
        try (LegacyDatabase database = LegacyDatabase.expanded().model(1, "acme", "0.000001, 0.000002, null, null");
                Connection other = database.dataSource().getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("select from models for update");

            Populate impatient = new Populate(database.ctx(), new LockRetry(Duration.ofMillis(50), 2));
            assertThatExceptionOfType(NotAppliedException.class)
                    .isThrownBy(() -> impatient.run(EVERYTHING, Attribution.by("test")))
                    .withMessageContaining("all 2 attempts were blocked")
                    .satisfies(failure -> assertThat(failure.blockers())
                            .extracting(NotAppliedException.Blocker::state)
                            .contains("idle in transaction"));
        }
    }

    /** Stops the run, as a killed process does, but between two batches. */
    private static final class Stopped extends RuntimeException {

        private static final long serialVersionUID = 1;
    }

    private static LegacyDatabase withModels(int count) {
        LegacyDatabase database = LegacyDatabase.expanded();
        database.sql("""
                insert into models (id, provider_id, model_id, model_name, provider_model_id, pricing_prompt)
                select n, 1, 'm', 'M', 'm' || n, n / 1e6 from generate_series(1, %d) n
                """.formatted(count));
        return database;
    }

    /** Runs populate until the given number of batches are committed. */
    private static void stoppedAfter(int batches, LegacyDatabase database) {
        StepListener stop = new StepListener() {
            private int left = batches;

            @Override
            public void progressed(Progress progress) {
                left--;
                if (left == 0) {
                    throw new Stopped();
                }
            }
        };
        assertThatExceptionOfType(Stopped.class)
                .isThrownBy(
                        () -> new Populate(database.ctx()).withListener(stop).run(EVERYTHING, Attribution.by("ada")));
    }

    @Test
    void runContinuesWhereAnEarlierOneWasStopped() {
        try (LegacyDatabase database = withModels(700)) {
            stoppedAfter(2, database);

            MigrationStatus.UnfinishedRun unfinished =
                    MigrationStatus.read(database.ctx()).unfinished();
            assertThat(unfinished)
                    .extracting(
                            MigrationStatus.UnfinishedRun::models,
                            MigrationStatus.UnfinishedRun::total,
                            MigrationStatus.UnfinishedRun::lastModel,
                            MigrationStatus.UnfinishedRun::targetModel,
                            MigrationStatus.UnfinishedRun::actor)
                    .containsExactly(400L, 700L, 400L, 700L, "ada");
            assertThat(MigrationStatus.read(database.ctx()).phase()).isEqualTo(Phase.EXPANDED);

            List<StepListener.Progress> progress = new ArrayList<>();
            Populate.Result result = new Populate(database.ctx())
                    .withListener(new StepListener() {
                        @Override
                        public void progressed(Progress step) {
                            progress.add(step);
                        }
                    })
                    .run(Declarations.none(), Attribution.by("test"));

            assertThat(result)
                    .extracting(Populate.Result::continuedAfter, Populate.Result::models, Populate.Result::inserted)
                    .containsExactly(new ModelId(400), 300, 300);
            assertThat(progress).first().satisfies(step -> {
                assertThat(step.models()).isEqualTo(600);
                assertThat(step.done()).isEqualTo(200);
                assertThat(step.total()).isEqualTo(700);
            });
            assertThat(MigrationStatus.read(database.ctx()).unfinished()).isNull();
            assertThat(new Verify(database.ctx()).run().findings()).isEmpty();
            assertThat(populate(database, EVERYTHING))
                    .extracting(Populate.Result::continuedAfter, Populate.Result::unchanged)
                    .containsExactly(null, 700);
        }
    }

    @Test
    void runBeginsAgainAfterANewDeclaration() {
        try (LegacyDatabase database = withModels(500)) {
            stoppedAfter(1, database);

            Populate.Result result = populate(database, EVERYTHING.tokens(ACME, PER_MILLION));

            assertThat(result)
                    .extracting(Populate.Result::continuedAfter, Populate.Result::models, Populate.Result::updated)
                    .containsExactly(null, 500, 200);
            assertThat(pricing(database, 1))
                    .isEqualTo(new Pricing.Paid(RateCard.of(Rate.of(BillingUnit.INPUT, Price.perToken("1e-12")))));
        }
    }

    @Test
    void runEndsAtTheHighestModelOfItsStart() {
        try (LegacyDatabase database = withModels(500)) {
            List<StepListener.Progress> progress = new ArrayList<>();
            StepListener inserting = new StepListener() {
                @Override
                public void progressed(Progress step) {
                    int id = 501 + progress.size();
                    database.model(id, "acme", "0.000001, 0.000002, null, null");
                    progress.add(step);
                }
            };

            Populate.Result result =
                    new Populate(database.ctx()).withListener(inserting).run(EVERYTHING, Attribution.by("test"));

            assertThat(result.models()).isEqualTo(500);
            assertThat(progress).extracting(StepListener.Progress::models).containsExactly(200L, 400L, 500L);
            assertThat(progress).extracting(StepListener.Progress::lastModel).containsExactly(200L, 400L, 500L);
            assertThat(progress)
                    .allSatisfy(step -> assertThat(step.targetModel()).isEqualTo(500));
            assertThat(progress)
                    .last()
                    .satisfies(step -> assertThat(step.remaining()).isZero());
            // The triggers have imported the later ones.
            assertThat(pricing(database, 503)).isEqualTo(Pricing.paid(Price.perMillion("1"), Price.perMillion("2")));
            assertThat(new Verify(database.ctx()).run().findings()).isEmpty();
        }
    }

    @Test
    void batchEndsBeforeALockedRow() throws Exception {
        try (LegacyDatabase database = withModels(100);
                Connection other = database.dataSource().getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("select from models where id in (50, 60) for update");
            List<StepListener.Blocked> blocked = new ArrayList<>();
            StepListener listener = new StepListener() {
                @Override
                public void blocked(Blocked attempt) {
                    blocked.add(attempt);
                }
            };

            Populate impatient =
                    new Populate(database.ctx(), new LockRetry(Duration.ofMillis(50), 2)).withListener(listener);
            assertThatExceptionOfType(NotAppliedException.class)
                    .isThrownBy(() -> impatient.run(EVERYTHING, Attribution.by("test")));

            assertThat(database.ctx().fetchCount(DSL.table("model_pricing"))).isEqualTo(49);
            assertThat(blocked).singleElement().satisfies(attempt -> {
                assertThat(attempt.attempt()).isEqualTo(1);
                assertThat(attempt.attempts()).isEqualTo(2);
                assertThat(attempt.blockers())
                        .extracting(NotAppliedException.Blocker::state)
                        .contains("idle in transaction");
            });

            other.rollback();
            assertThat(impatient.run(EVERYTHING, Attribution.by("test")))
                    .extracting(Populate.Result::continuedAfter, Populate.Result::inserted)
                    .containsExactly(new ModelId(49), 51);
        }
    }

    @Test
    void contextOnAConnectionIsRejected() throws Exception {
        try (LegacyDatabase database = LegacyDatabase.expanded();
                Connection connection = database.dataSource().getConnection()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Populate(DSL.using(connection)))
                    .withMessageContaining("needs a context on a data source");
        }
    }
}
