package io.modelpricing.compat;

import static io.modelpricing.compat.LegacyUnit.PER_IMAGE;
import static io.modelpricing.compat.LegacyUnit.PER_MILLION;
import static io.modelpricing.compat.LegacyUnit.PER_REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.Outcome;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.ServiceTier;
import io.modelpricing.compat.Declarations.Scope;
import io.modelpricing.jooq.JooqPricingRepository;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Synchronization between the legacy columns and {@code model_pricing}, from populate to contract. */
class TwoWaySyncTest {

    private static final ModelId ONE = new ModelId(1);
    private static final Scope ACME = new Scope.Provider("acme");

    private static final class Populated {
        static final LegacyDatabase TEMPLATE = create();

        private static LegacyDatabase create() {
            LegacyDatabase database = LegacyDatabase.expanded().model(1, "acme", "0.5, 1.5, null, null");
            database.sql("select setval('models_id_seq', 100)");
            new Populate(database.ctx())
                    .run(
                            Declarations.none()
                                    .tokens(ACME, PER_MILLION)
                                    .image(ACME, PER_IMAGE)
                                    .request(ACME, PER_REQUEST)
                                    .zero(ACME, Zero.FREE),
                            Attribution.by("test"));
            return database;
        }
    }

    /** One model of a provider with all declarations; the other provider has none. */
    private static LegacyDatabase populated() {
        return Populated.TEMPLATE.copy();
    }

    private static JooqPricingRepository repository(LegacyDatabase database) {
        return new JooqPricingRepository(database.ctx());
    }

    private static Pricing pricing(LegacyDatabase database, int model) {
        return repository(database).find(new ModelId(model)).orElseThrow().pricing();
    }

    private static int version(LegacyDatabase database, int model) {
        return repository(database).versions(new ModelId(model)).size();
    }

    private static void writePrice(LegacyDatabase database, Pricing pricing) {
        repository(database)
                .upsert(new PriceUpdate(ONE, pricing, PricingSource.PROVIDER, Instant.now()), Attribution.by("test"));
    }

    private static void writeCells(LegacyDatabase database, String prices) {
        database.sql("update models set (pricing_prompt, pricing_completion, pricing_image, pricing_request) = row("
                + prices + ") where id = 1");
    }

    private static String cells(LegacyDatabase database) {
        return database.ctx()
                .fetchSingle("select concat_ws(', ', coalesce(trim_scale(pricing_prompt)::text, 'null'),"
                        + " coalesce(trim_scale(pricing_completion)::text, 'null'),"
                        + " coalesce(trim_scale(pricing_image)::text, 'null'),"
                        + " coalesce(trim_scale(pricing_request)::text, 'null')) from models where id = 1")
                .get(0, String.class);
    }

    private static long waiting(LegacyDatabase database) {
        return database.ctx()
                .fetchSingle("select count(*) from model_pricing_quarantine where resolution is null")
                .get(0, Long.class);
    }

    private static List<Verify.Finding> findings(LegacyDatabase database) {
        return new Verify(database.ctx()).run().findings();
    }

    @Test
    void legacyWriteIsConvertedByTheDeclaredUnit() {
        try (LegacyDatabase database = populated()) {
            writeCells(database, "2, null, null, 0.01");
            assertThat(pricing(database, 1))
                    .isEqualTo(new Pricing.Paid(RateCard.of(List.of(
                            Rate.of(BillingUnit.INPUT, Price.perMillion("2")),
                            Rate.of(BillingUnit.REQUEST, Price.perUnit("0.01"))))));
            writeCells(database, "null, null, 0.04, null");
            assertThat(pricing(database, 1))
                    .isEqualTo(new Pricing.Paid(
                            RateCard.of(List.of(Rate.of(BillingUnit.IMAGE_COUNT, Price.perUnit("0.04"))))));
            writeCells(database, "0, 0, null, null");
            assertThat(pricing(database, 1)).isEqualTo(Pricing.free());
            writeCells(database, "-1, -1, null, 0");
            assertThat(pricing(database, 1)).isEqualTo(Pricing.missing(MissingReason.DYNAMIC));
            writeCells(database, "null, null, null, null");
            assertThat(pricing(database, 1).type().id()).isEqualTo("missing");
            assertThat(waiting(database)).isZero();
            writeCells(database, "'NaN', 1, null, null");
            assertThat(pricing(database, 1)).isEqualTo(Pricing.missing(MissingReason.AMBIGUOUS));
            assertThat(cells(database)).isEqualTo("NaN, 1, null, null");
            assertThat(waiting(database)).isEqualTo(1);
            writeCells(database, "3, 4, null, null");
            assertThat(pricing(database, 1)).isEqualTo(Pricing.paid(Price.perMillion("3"), Price.perMillion("4")));
            assertThat(waiting(database)).isZero();
            assertThat(findings(database)).isEmpty();
        }
    }

    @Test
    void legacyWriteWithoutADeclaredUnitIsQuarantined() {
        try (LegacyDatabase database = populated()) {
            database.model(2, "bolt", "5, 6, null, null");
            database.sql("update models set pricing_prompt = 7 where id = 2");

            assertThat(database.ctx()
                            .fetchSingle(
                                    "select reason from model_pricing_quarantine where model_id = 2 and resolution is null")
                            .get(0, String.class))
                    .contains("pricing_prompt is 7.0000000000, but its unit is not declared for provider bolt");
            assertThat(repository(database).versions(new ModelId(2))).isEmpty();
            assertThat(new Contract(database.ctx()).refusals())
                    .extracting(Refusal::kind)
                    .contains(Refusal.Kind.QUARANTINE);

            new Populate(database.ctx())
                    .run(Declarations.none().tokens(new Scope.Provider("bolt"), PER_MILLION), Attribution.by("test"));
            assertThat(pricing(database, 2)).isEqualTo(Pricing.paid(Price.perMillion("7"), Price.perMillion("6")));
            assertThat(waiting(database)).isZero();
            assertThat(findings(database)).isEmpty();
        }
    }

    @Test
    void manualOverrideIsRestoredInTheColumnsAfterALegacyWrite() {
        try (LegacyDatabase database = populated()) {
            Pricing manual = Pricing.paid(Price.perMillion("9"), Price.perMillion("10"));
            repository(database).setManual(ONE, manual, new Attribution("ada", "negotiated"));
            assertThat(cells(database)).isEqualTo("9, 10, null, null");

            writeCells(database, "1, 2, null, null");

            assertThat(pricing(database, 1)).isEqualTo(manual);
            assertThat(cells(database)).isEqualTo("9, 10, null, null");
            assertThat(findings(database)).isEmpty();
        }
    }

    @Test
    void exactPriceSurvivesLegacyReadWriteRoundTrip() {
        try (LegacyDatabase database = populated()) {
            Pricing exact = Pricing.paid(Price.perMillion("0.123456789012345"), Price.perMillion("0.000000000001"));
            writePrice(database, exact);
            assertThat(cells(database)).isEqualTo("0.123456789, 0, null, null");
            int versions = version(database, 1);

            database.sql("update models set pricing_prompt = pricing_prompt + 0, pricing_completion = 0.0000000000,"
                    + " description = 'seen' where id = 1");
            assertThat(pricing(database, 1)).isEqualTo(exact);
            assertThat(version(database, 1)).isEqualTo(versions);
            assertThat(findings(database)).isEmpty();
        }
    }

    @Test
    void copiedWriteIsNotCopiedBack() {
        try (LegacyDatabase database = populated()) {
            int before = version(database, 1);
            writeCells(database, "0.7, 1.5, null, null");
            assertThat(version(database, 1)).isEqualTo(before + 1);
            writeCells(database, "0.7, 1.50, null, null");
            assertThat(version(database, 1)).isEqualTo(before + 1);

            writePrice(database, Pricing.paid(Price.perMillion("0.8"), Price.perMillion("1.5")));
            assertThat(version(database, 1)).isEqualTo(before + 2);
            String row = database.ctx()
                    .fetchSingle("select xmin::text from models where id = 1")
                    .get(0, String.class);
            writePrice(database, Pricing.paid(Price.perMillion("0.8"), Price.perMillion("1.5")));
            assertThat(version(database, 1)).isEqualTo(before + 2);
            assertThat(database.ctx()
                            .fetchSingle("select xmin::text from models where id = 1")
                            .get(0, String.class))
                    .isEqualTo(row);
        }
    }

    @Test
    void missingPriceIsNullInTheColumnsAndDynamicPriceIsMinusOne() {
        try (LegacyDatabase database = populated()) {
            writePrice(database, Pricing.missing(MissingReason.DYNAMIC));
            assertThat(cells(database)).isEqualTo("-1, -1, null, null");
            writePrice(database, Pricing.missing(MissingReason.NEVER_KNOWN));
            assertThat(cells(database)).isEqualTo("null, null, null, null");
            // NULL cells are valid for every missing price, so they are not replaced by -1.
            writePrice(database, Pricing.missing(MissingReason.DYNAMIC));
            assertThat(cells(database)).isEqualTo("null, null, null, null");
            writePrice(database, Pricing.free());
            assertThat(cells(database)).isEqualTo("0, 0, null, null");
            assertThat(findings(database)).isEmpty();
        }
    }

    @Test
    void legacyWriteKeepsRatesWithoutALegacyName() {
        try (LegacyDatabase database = populated()) {
            writePrice(
                    database,
                    new Pricing.Paid(RateCard.of(List.of(
                            Rate.of(BillingUnit.INPUT, Price.perMillion("1")),
                            Rate.of(BillingUnit.OUTPUT, Price.perMillion("2")),
                            Rate.of(BillingUnit.CACHE_READ, Price.perMillion("0.1"))))));

            writeCells(database, "3, 2, null, null");

            assertThat(pricing(database, 1))
                    .isEqualTo(new Pricing.Paid(RateCard.of(List.of(
                            Rate.of(BillingUnit.INPUT, Price.perMillion("3")),
                            Rate.of(BillingUnit.OUTPUT, Price.perMillion("2")),
                            Rate.of(BillingUnit.CACHE_READ, Price.perMillion("0.1"))))));
            assertThat(findings(database)).isEmpty();
        }
    }

    @Test
    void legacyPriceReplacesARateThatChargesItsUnitAsAnother() {
        try (LegacyDatabase database = populated()) {
            RateCard outputAsInput = RateCard.of(
                    Rate.of(BillingUnit.INPUT, Price.perMillion("1")),
                    Rate.chargedAs(BillingUnit.OUTPUT, BillingUnit.INPUT));
            writePrice(database, new Pricing.Paid(outputAsInput));
            writeCells(database, "3, null, null, null");
            assertThat(pricing(database, 1))
                    .isEqualTo(new Pricing.Paid(RateCard.of(
                            Rate.of(BillingUnit.INPUT, Price.perMillion("3")),
                            Rate.chargedAs(BillingUnit.OUTPUT, BillingUnit.INPUT))));
            writeCells(database, "3, 4, null, null");
            assertThat(pricing(database, 1)).isEqualTo(Pricing.paid(Price.perMillion("3"), Price.perMillion("4")));
        }
    }

    private static Pricing withImages(String input, String output, Rate... further) {
        return new Pricing.Paid(
                RateCard.of(Price.perMillion(input), Price.perMillion(output)).plus(further));
    }

    private static void declare(LegacyDatabase database, Declarations declared) {
        new Populate(database.ctx()).run(declared, Attribution.by("test"));
    }

    private static void declareImage(LegacyDatabase database, String unit) {
        database.sql("delete from legacy_price_declaration where subject = 'pricing_image'");
        if (!unit.equals("undeclared")) {
            declare(database, Declarations.none().image(ACME, LegacyUnit.parse(unit)));
        }
    }

    /** The image column has one unit, or none, so it cannot show both image prices. A legacy write keeps the other. */
    @ParameterizedTest
    @CsvSource({"per-image, 0.04", "per-1m, 6", "undeclared, null"})
    void legacyWriteKeepsAnImagePriceThatItsColumnCannotShow(String unit, String shown) {
        Rate token = Rate.of(BillingUnit.IMAGE, Price.perMillion("6"));
        Rate image = Rate.of(BillingUnit.IMAGE_COUNT, Price.perUnit("0.04"));
        Rate large = Rate.of(BillingUnit.IMAGE_COUNT, Price.perUnit("0.08")).ofVariant("large");
        Rate batch = Rate.of(BillingUnit.IMAGE_COUNT, Price.perUnit("0.02")).in(ServiceTier.BATCH);
        try (LegacyDatabase database = populated()) {
            declareImage(database, unit);
            writePrice(database, withImages("1", "2", token, image, large, batch));
            assertThat(cells(database)).isEqualTo("1, 2, " + shown + ", null");
            assertThat(findings(database)).isEmpty();

            database.sql("update models set pricing_prompt = 3 where id = 1");

            assertThat(pricing(database, 1)).isEqualTo(withImages("3", "2", token, image, large, batch));
            assertThat(cells(database)).isEqualTo("3, 2, " + shown + ", null");
            assertThat(findings(database)).isEmpty();

            database.sql("update models set pricing_image = 7 where id = 1");

            switch (unit) {
                case "per-image" -> image = Rate.of(BillingUnit.IMAGE_COUNT, Price.perUnit("7"));
                case "per-1m" -> token = Rate.of(BillingUnit.IMAGE, Price.perMillion("7"));
                default -> assertThat(waiting(database)).isEqualTo(1);
            }
            assertThat(pricing(database, 1)).isEqualTo(withImages("3", "2", token, image, large, batch));
            assertThat(findings(database))
                    .allMatch(finding -> unit.equals("undeclared") && finding.kind() == Verify.Kind.UNDECLARED);
        }
    }

    @ParameterizedTest
    @CsvSource({"per-image", "per-1m"})
    void imageColumnShowsAPriceThatALegacyWriteKeptOnceItsUnitIsDeclared(String unit) {
        Rate token = Rate.of(BillingUnit.IMAGE, Price.perMillion("6"));
        Rate image = Rate.of(BillingUnit.IMAGE_COUNT, Price.perUnit("0.04"));
        try (LegacyDatabase database = populated()) {
            declareImage(database, "undeclared");
            writePrice(database, withImages("1", "2", token, image));
            database.sql("update models set pricing_prompt = 3 where id = 1");

            declareImage(database, unit);

            assertThat(pricing(database, 1)).isEqualTo(withImages("3", "2", token, image));
            assertThat(cells(database)).isEqualTo("3, 2, " + (unit.equals("per-image") ? "0.04" : "6") + ", null");
            assertThat(findings(database)).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"per-image, image", "per-1m, image_count", "undeclared, image", "undeclared, image_count"})
    void imagePriceThatItsColumnCannotShowIsKeptWhenItIsTheOnlyPrice(String unit, String only) {
        Rate rate = Rate.of(BillingUnit.parse(only), Price.perUnit("0.000004"));
        try (LegacyDatabase database = populated()) {
            declareImage(database, unit);
            Pricing alone = new Pricing.Paid(RateCard.of(rate));
            writePrice(database, alone);
            for (String cells : List.of("3, null, null, null", "null, null, null, null", "0, 0, null, null")) {
                writeCells(database, cells);
                assertThat(LegacyPrices.rates(pricing(database, 1))).as(cells).contains(rate);
                assertThat(findings(database)).as(cells).isEmpty();
            }
            writeCells(database, "null, null, null, null");
            assertThat(pricing(database, 1)).isEqualTo(alone);
        }
    }

    @Test
    void legacyWriteKeepsPricesOfEmptyCellsWithoutADeclaredUnit() {
        Rate input = Rate.of(BillingUnit.INPUT, Price.perMillion("1"));
        Rate output = Rate.of(BillingUnit.OUTPUT, Price.perMillion("2"));
        Rate fee = Rate.of(BillingUnit.REQUEST, Price.perUnit("0.01"));
        try (LegacyDatabase database = populated()) {
            writePrice(database, Pricing.missing(MissingReason.NEVER_KNOWN));
            database.sql("delete from legacy_price_declaration where subject <> 'pricing_request'");
            writePrice(database, new Pricing.Paid(RateCard.of(input, output)));
            assertThat(cells(database)).isEqualTo("null, null, null, null");

            database.sql("update models set pricing_request = 0.01 where id = 1");
            assertThat(pricing(database, 1)).isEqualTo(new Pricing.Paid(RateCard.of(input, output, fee)));
            assertThat(findings(database)).isEmpty();

            // Once the unit is declared, the cells show the prices.
            declare(database, Declarations.none().tokens(ACME, PER_MILLION));
            assertThat(pricing(database, 1)).isEqualTo(new Pricing.Paid(RateCard.of(input, output, fee)));
            assertThat(cells(database)).isEqualTo("1, 2, null, 0.01");
            assertThat(findings(database)).isEmpty();
        }
    }

    @Test
    void legacyWriteKeepsImagesThatAreChargedAsAnotherUnit() {
        Rate[] rates = {
            Rate.chargedAs(BillingUnit.IMAGE_COUNT, BillingUnit.parse("image_output_count")),
            Rate.of(BillingUnit.parse("image_output_count"), Price.perUnit("0.04"))
        };
        try (LegacyDatabase database = populated()) {
            writePrice(database, withImages("1", "2", rates));
            database.sql("update models set pricing_prompt = 3 where id = 1");
            assertThat(pricing(database, 1)).isEqualTo(withImages("3", "2", rates));
            database.sql("update models set pricing_image = 0.05 where id = 1");
            assertThat(pricing(database, 1))
                    .isEqualTo(withImages("3", "2", Rate.of(BillingUnit.IMAGE_COUNT, Price.perUnit("0.05")), rates[1]));
            assertThat(findings(database)).isEmpty();
        }
    }

    /** An old zero is not the only copy of a price, so it does not stay where the new price cannot be shown. */
    @Test
    void zerosWithoutADeclaredUnitDoNotReplaceAPrice() {
        Rate input = Rate.of(BillingUnit.INPUT, Price.perMillion("1"));
        Rate output = Rate.of(BillingUnit.OUTPUT, Price.perMillion("2"));
        try (LegacyDatabase database = populated()) {
            writeCells(database, "0, 0, null, null");
            database.sql("delete from legacy_price_declaration where meaning = 'per-1m'");
            writePrice(database, new Pricing.Paid(RateCard.of(input, output)));
            assertThat(findings(database)).isEmpty();

            database.sql("update models set pricing_request = 0.01 where id = 1");

            assertThat(pricing(database, 1))
                    .isEqualTo(new Pricing.Paid(
                            RateCard.of(input, output, Rate.of(BillingUnit.REQUEST, Price.perUnit("0.01")))));
            assertThat(cells(database)).isEqualTo("null, null, null, 0.01");
            assertThat(findings(database)).isEmpty();
        }
    }

    @Test
    void populateByACorrectedUnitReplacesBothImagePrices() {
        try (LegacyDatabase database = populated()) {
            declare(database, Declarations.none().image(ACME, PER_MILLION));
            writeCells(database, "1, 2, 0.04, null");
            assertThat(pricing(database, 1))
                    .isEqualTo(withImages("1", "2", Rate.of(BillingUnit.IMAGE, Price.perMillion("0.04"))));

            declare(database, Declarations.none().image(ACME, PER_IMAGE));
            assertThat(pricing(database, 1))
                    .isEqualTo(withImages("1", "2", Rate.of(BillingUnit.IMAGE_COUNT, Price.perUnit("0.04"))));

            declare(database, Declarations.none().image(ACME, LegacyUnit.PER_THOUSAND));
            assertThat(pricing(database, 1))
                    .isEqualTo(withImages("1", "2", Rate.of(BillingUnit.IMAGE, Price.perMillion("40"))));
            assertThat(cells(database)).isEqualTo("1, 2, 0.04, null");
            assertThat(findings(database)).isEmpty();
        }
    }

    @Test
    void viewWriteAfterContractKeepsAnImagePriceThatItsColumnCannotShow() {
        Rate token = Rate.of(BillingUnit.IMAGE, Price.perMillion("6"));
        Rate image = Rate.of(BillingUnit.IMAGE_COUNT, Price.perUnit("0.04"));
        try (LegacyDatabase database = populated()) {
            writePrice(database, withImages("1", "2", token, image));
            new CompatViews(database.ctx(), LockRetry.DEFAULT).install(Attribution.by("test"));
            assertThat(new Contract(database.ctx()).run(Attribution.by("test")).refused())
                    .isEmpty();

            database.sql("update pricing_legacy.models set pricing_prompt = 3 where id = 1");

            assertThat(pricing(database, 1)).isEqualTo(withImages("3", "2", token, image));
            assertThat(findings(database)).isEmpty();
        }
    }

    @Test
    void bulkWritesAreCopiedInBothDirections() {
        try (LegacyDatabase database = populated()) {
            database.sql(
                    "set session_replication_role = replica; insert into models (id, provider_id, model_id, model_name,"
                            + " provider_model_id) select i, 1, 'm', 'M', 'b' || i from generate_series(1001, 2000) i");
            repository(database)
                    .upsertAll(
                            IntStream.rangeClosed(1001, 2000)
                                    .mapToObj(i -> new PriceUpdate(
                                            new ModelId(i),
                                            Pricing.paid(Price.perMillion("" + (i + 1)), Price.perMillion("2")),
                                            PricingSource.PROVIDER,
                                            Instant.now()))
                                    .toList(),
                            Attribution.by("test"));
            assertThat(database.ctx()
                            .fetchSingle(
                                    "select count(*) from models where pricing_prompt = id + 1 and pricing_completion = 2")
                            .get(0, Long.class))
                    .isEqualTo(1000);
            database.sql("update models set pricing_prompt = id + 2 where id between 1001 and 1100");
            assertThat(database.ctx()
                            .fetchSingle(
                                    "select count(*) from model_pricing where price_per_input_token = (model_id + 2) / 1e6"
                                            + " and version = 2")
                            .get(0, Long.class))
                    .isEqualTo(100);
            assertThat(findings(database)).isEmpty();
        }
    }

    @Test
    void deletedPriceClearsTheLegacyCellsAndDeletedModelDeletesItsPrice() {
        try (LegacyDatabase database = populated()) {
            database.sql("delete from model_pricing where model_id = 1");
            assertThat(cells(database)).isEqualTo("null, null, null, null");
            assertThat(findings(database)).isEmpty();

            writeCells(database, "1, 2, null, null");
            assertThat(pricing(database, 1)).isEqualTo(Pricing.paid(Price.perMillion("1"), Price.perMillion("2")));
            database.model(2, "acme", "1, 1, null, null");
            database.sql("delete from models where id = 1");
            assertThat(database.ctx()
                            .fetch("select model_id from model_pricing")
                            .getValues(0, Long.class))
                    .containsExactly(2L);
            assertThat(findings(database)).isEmpty();
        }
    }

    @Test
    void legacyUpsertIntoModelsIsImported() {
        try (LegacyDatabase database = populated()) {
            for (int price = 1; price <= 2; price++) {
                database.sql(
                        "insert into models (provider_id, model_id, model_name, provider_model_id, pricing_prompt,"
                                + " pricing_completion) values (1, 'm', 'M', 'new', " + price + ", 3)"
                                + " on conflict (provider_id, provider_model_id) do update"
                                + " set pricing_prompt = excluded.pricing_prompt, pricing_completion = excluded.pricing_completion");
            }
            int model = database.ctx()
                    .fetchSingle("select id from models where provider_model_id = 'new'")
                    .get(0, Integer.class);
            assertThat(pricing(database, model)).isEqualTo(Pricing.paid(Price.perMillion("2"), Price.perMillion("3")));
            assertThat(version(database, model)).isEqualTo(2);
            assertThat(findings(database)).isEmpty();
        }
    }

    @Test
    void settingThePriceResolvesAWriteThatBypassedTheTriggers() {
        try (LegacyDatabase database = populated()) {
            Pricing stored = pricing(database, 1);
            database.sql("set session_replication_role = replica; update models set pricing_prompt = 7 where id = 1");
            assertThat(findings(database)).extracting(Verify.Finding::kind).containsOnly(Verify.Kind.VALUE);

            Attribution ada = new Attribution("ada", "the stored price is right");
            repository(database).setManual(ONE, stored, ada);
            assertThat(repository(database).release(ONE, ada)).isEqualTo(Outcome.DONE);

            assertThat(cells(database)).isEqualTo("0.5, 1.5, null, null");
            assertThat(pricing(database, 1)).isEqualTo(stored);
            assertThat(findings(database)).isEmpty();
        }
    }

    @Test
    void populateArchivesACellThatWasChangedWithoutTheTriggersButMeansTheSame() {
        try (LegacyDatabase database = populated()) {
            new Populate(database.ctx())
                    .run(Declarations.none().zero(new Scope.Provider("bolt"), Zero.UNKNOWN), Attribution.by("test"));
            database.model(2, "bolt", "0, 0, null, null");
            database.sql(
                    "set session_replication_role = replica; update models set pricing_prompt = null where id = 2");
            assertThat(findings(database)).extracting(Verify.Finding::kind).containsOnly(Verify.Kind.UNSEEN);

            new Populate(database.ctx()).run(Declarations.none(), Attribution.by("test"));

            assertThat(findings(database)).isEmpty();
        }
    }

    @Test
    void verifyFindsModelThatMovedToAProviderWithAnotherUnit() {
        try (LegacyDatabase database = populated()) {
            database.sql("update models set provider_id = 2 where id = 1");

            // The unit is not declared for the other provider: the price stays, and verify reports it.
            assertThat(pricing(database, 1)).isEqualTo(Pricing.paid(Price.perMillion("0.5"), Price.perMillion("1.5")));
            assertThat(findings(database)).extracting(Verify.Finding::kind).containsOnly(Verify.Kind.UNDECLARED);
        }
    }
}
