package io.modelpricing.compat;

import static io.modelpricing.compat.LegacyUnit.PER_MILLION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.Page;
import io.modelpricing.PageRequest;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.PriceVersion;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.compat.Declarations.Scope;
import io.modelpricing.compat.Quarantine.Decision;
import io.modelpricing.compat.Quarantine.Entry;
import io.modelpricing.compat.Quarantine.Origin;
import io.modelpricing.compat.Quarantine.Result;
import io.modelpricing.jooq.JooqPricingRepository;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuarantineTest {

    private static final Attribution ADA = Attribution.by("ada").because("was a typo");
    private static final Attribution TEST = Attribution.by("test");
    private static final ModelId MODEL = new ModelId(1);
    private static final Scope ALL = new Scope.All();

    private LegacyDatabase database;
    private Quarantine quarantine;

    @AfterEach
    void dropDatabase() {
        if (database != null) {
            database.close();
        }
    }

    private void use(LegacyDatabase prepared) {
        database = prepared;
        quarantine = new Quarantine(database.ctx());
    }

    /** Three models whose rows of {@code model_pricing} had a negative price before the expansion. */
    private void useExpanded() {
        LegacyDatabase prepared = LegacyDatabase.phase1();
        for (int id = 1; id <= 3; id++) {
            prepared.model(id, "acme", "null, null, null, null");
        }
        prepared.sql(
                "insert into model_pricing (model_id, price_per_input_token, price_per_output_token, pricing_source)"
                        + " select id, -5, 0, 'provider' from models");
        use(prepared.expand());
    }

    /** A model with a legacy image price whose unit is not declared. */
    private void usePopulated() {
        LegacyDatabase prepared = LegacyDatabase.expanded().model(1, "acme", "0.5, 1.5, null, null");
        new Populate(prepared.ctx()).run(Declarations.none().tokens(ALL, PER_MILLION), TEST);
        prepared.sql("update models set pricing_image = 3 where id = 1");
        use(prepared);
    }

    private Pricing pricing() {
        return new JooqPricingRepository(database.ctx())
                .find(MODEL)
                .orElseThrow()
                .pricing();
    }

    private void setManually(String input) {
        new JooqPricingRepository(database.ctx())
                .setManual(MODEL, Pricing.paid(Price.perMillion(input), Price.perMillion("9")), ADA);
    }

    private void replaceOriginalInputPrice(String price) {
        database.sql("update model_pricing_quarantine set original = original || '{\"price_per_input_token\": " + price
                + "}'");
    }

    private List<Entry> open() {
        return quarantine.list(PageRequest.first(100)).items();
    }

    private String resolution() {
        return database.ctx()
                .fetchSingle("select concat_ws(' ', resolution, resolved_by, resolution_reason)"
                        + " from model_pricing_quarantine where id = 1")
                .get(0, String.class);
    }

    @Test
    void openEntriesAreListedInPages() {
        useExpanded();

        Page<Entry> first = quarantine.list(PageRequest.first(2));
        Page<Entry> second = quarantine.list(first.next().orElseThrow());

        assertThat(first.items()).extracting(Entry::id).containsExactly(1L, 2L);
        assertThat(second.items()).extracting(Entry::id).containsExactly(3L);
        assertThat(second.next()).isEmpty();
        assertThat(first.items().get(0))
                .returns(MODEL, Entry::model)
                .returns("acme", Entry::provider)
                .returns("m1", Entry::providerModelId)
                .returns(Origin.MODEL_PRICING, Entry::origin)
                .returns("negative", Entry::reason)
                .extracting(Entry::original)
                .asString()
                .contains("\"price_per_input_token\": -5");
    }

    @Test
    void acceptedEntryIsClosedAndThePriceStays() {
        useExpanded();

        Decision accepted = quarantine.accept(1, ADA);

        assertThat(accepted).returns(Result.ACCEPTED, Decision::result).returns(MODEL, Decision::model);
        assertThat(accepted.price()).extracting(ModelPricing::pricing).isEqualTo(pricing());
        assertThat(pricing()).isEqualTo(Pricing.missing(MissingReason.AMBIGUOUS));
        assertThat(resolution()).isEqualTo("accepted ada was a typo");
        assertThat(open()).extracting(Entry::id).containsExactly(2L, 3L);
    }

    @Test
    void decisionOnClosedOrUnknownEntryIsRejected() {
        useExpanded();
        quarantine.accept(1, ADA);

        assertThat(quarantine.accept(1, ADA))
                .returns(Result.ALREADY_DECIDED, Decision::result)
                .extracting(Decision::message)
                .asString()
                .contains("accepted by ada", "was a typo");
        assertThat(quarantine.retry(1, ADA).result()).isEqualTo(Result.ALREADY_DECIDED);
        assertThat(quarantine.retry(99, ADA)).returns(Result.UNKNOWN_ENTRY, Decision::result);
        assertThat(quarantine.accept(99, ADA).result().isRejection()).isTrue();
    }

    @Test
    void decisionNeedsAReason() {
        useExpanded();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> quarantine.accept(1, TEST))
                .withMessageContaining("needs a reason");
        assertThat(open()).hasSize(3);
    }

    @Test
    void retryOfAnInvalidOriginalChangesNothing() {
        useExpanded();

        assertThat(quarantine.retry(1, ADA))
                .returns(Result.STILL_UNREADABLE, Decision::result)
                .extracting(Decision::message)
                .isEqualTo("entry 1 of model 1 still cannot be interpreted: negative");
        assertThat(open()).hasSize(3);
    }

    @Test
    void retriedOriginalBecomesThePriceWithoutStartDate() {
        useExpanded();
        replaceOriginalInputPrice("5e-7");

        Decision retried = quarantine.retry(1, ADA);

        assertThat(retried.result()).isEqualTo(Result.RETRIED);
        assertThat(retried.price())
                .returns(Pricing.paid(Price.perToken("5e-7"), Price.ZERO), ModelPricing::pricing)
                .returns(PricingSource.PROVIDER, ModelPricing::source);
        assertThat(resolution()).isEqualTo("retried ada was a typo");
        List<PriceVersion> versions = new JooqPricingRepository(database.ctx()).versions(MODEL);
        assertThat(versions.get(versions.size() - 1))
                .returns(null, PriceVersion::validFrom)
                .returns(ADA, PriceVersion::attribution);
    }

    @Test
    void retryDoesNotReplaceANewerPrice() {
        useExpanded();
        replaceOriginalInputPrice("5e-7");
        setManually("7");

        assertThat(quarantine.retry(1, ADA))
                .returns(Result.HAS_PRICE, Decision::result)
                .extracting(Decision::message)
                .isEqualTo("model 1 has had a price since entry 1 was quarantined");
        assertThat(pricing()).isEqualTo(Pricing.paid(Price.perMillion("7"), Price.perMillion("9")));
        assertThat(open()).hasSize(3);
    }

    @Test
    void retryForADeletedModelIsRejected() {
        useExpanded();
        database.sql("delete from models where id = 1");

        assertThat(quarantine.retry(1, ADA))
                .returns(Result.UNKNOWN_MODEL, Decision::result)
                .returns(null, Decision::price);
        assertThat(open().get(0).providerModelId()).isNull();
    }

    @Test
    void retryOfLegacyCellsUsesTheCurrentDeclarations() {
        usePopulated();
        assertThat(open()).extracting(Entry::origin).containsExactly(Origin.MODELS);
        assertThat(quarantine.retry(1, ADA))
                .returns(Result.STILL_UNREADABLE, Decision::result)
                .extracting(Decision::message)
                .asString()
                .contains("pricing_image is 3.0000000000");
        assertThat(resolution()).isEmpty();

        declareImagePerMillion();

        assertThat(quarantine.retry(1, ADA).result()).isEqualTo(Result.RETRIED);
        assertThat(LegacyPrices.of(pricing(), PER_MILLION).pricingImage()).isEqualByComparingTo("0.000003");
        assertThat(resolution()).isEqualTo("retried ada was a typo");
        assertThat(new Verify(database.ctx()).run().findings()).isEmpty();
    }

    private void declareImagePerMillion() {
        database.sql("insert into legacy_price_declaration (scope, subject, meaning, declared_by)"
                + " values ('all', 'pricing_image', 'per-1m', 'ada')");
    }

    private Decision retry() {
        return database.ctx().transactionResult(tx -> new Quarantine(tx.dsl()).retry(1, ADA));
    }

    /** Announces a price that has started when this method returns. No statement has applied it. */
    private void startAnnounced(Pricing pricing) throws InterruptedException {
        Instant start = now().plusMillis(300);
        new JooqPricingRepository(database.ctx())
                .announce(new PriceUpdate(MODEL, pricing, PricingSource.PROVIDER, Instant.now()), start, TEST);
        while (now().isBefore(start)) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private Instant now() {
        return database.ctx().fetchSingle("select clock_timestamp()").get(0, Instant.class);
    }

    private List<Pricing> versions() {
        return new JooqPricingRepository(database.ctx())
                .versions(MODEL).stream().map(PriceVersion::pricing).toList();
    }

    private static Pricing announced(Rate... further) {
        return new Pricing.Paid(RateCard.of(Price.perMillion("2"), Price.perMillion("8"))
                .plus(Rate.of(BillingUnit.CACHE_READ, Price.perMillion("0.2")))
                .plus(further));
    }

    /** The legacy write after the start applies the announced price, and only its cell waits for the retry. */
    @Test
    void retriedCellsChangeTheAnnouncedPriceThatStartedBefore() throws Exception {
        use(LegacyDatabase.expanded().model(1, "acme", "0.5, 1.5, null, null"));
        new Populate(database.ctx()).run(Declarations.none().tokens(ALL, PER_MILLION), TEST);
        startAnnounced(announced());
        database.sql("update models set pricing_image = 3 where id = 1");
        assertThat(pricing()).isEqualTo(announced());
        declareImagePerMillion();

        assertThat(retry().result()).isEqualTo(Result.RETRIED);

        assertThat(versions())
                .containsExactly(
                        Pricing.paid(Price.perMillion("0.5"), Price.perMillion("1.5")),
                        announced(),
                        announced(Rate.of(BillingUnit.IMAGE, Price.perMillion("3"))));
        assertThat(new Verify(database.ctx()).run().findings()).isEmpty();
    }

    /** The announced price is newer than the cells. They stay, and the entry stays open, until an operator decides. */
    @Test
    void retryDoesNotReplaceAnAnnouncedPriceThatStartedSince() throws Exception {
        usePopulated();
        startAnnounced(announced());
        declareImagePerMillion();

        assertThat(retry().result()).isEqualTo(Result.HAS_PRICE);

        assertThat(pricing()).isEqualTo(announced());
        assertThat(open()).extracting(Entry::original).asString().contains("\"pricing_image\": 3.0000000000");
        assertThat(database.ctx()
                        .fetchSingle("select pricing_image from models where id = 1")
                        .get(0, BigDecimal.class))
                .isEqualByComparingTo("3");
    }

    /** Otherwise the cells of the ended price would be its next version. */
    @Test
    void retryDoesNotRestoreAPriceWhoseAnnouncedEndStartedSince() throws Exception {
        use(LegacyDatabase.expanded().model(1, "acme", "0.5, 1.5, null, null"));
        new Populate(database.ctx()).run(Declarations.none().tokens(ALL, PER_MILLION), TEST);
        new JooqPricingRepository(database.ctx())
                .upsert(new PriceUpdate(MODEL, announced(), PricingSource.PROVIDER, Instant.now()), TEST);
        database.sql("update models set pricing_image = 3 where id = 1");
        startAnnounced(Pricing.missing(MissingReason.DYNAMIC));
        declareImagePerMillion();

        assertThat(retry())
                .returns(Result.ALREADY_DECIDED, Decision::result)
                .extracting(Decision::message)
                .asString()
                .contains("the price in model_pricing was written to the legacy cells");

        assertThat(versions()).endsWith(announced(), Pricing.missing(MissingReason.DYNAMIC));
        assertThat(new Verify(database.ctx()).run().findings()).isEmpty();
    }

    @Test
    void retryOfLegacyCellsDoesNotReplaceANewerPrice() {
        usePopulated();
        setManually("7");

        assertThat(quarantine.retry(1, ADA).result()).isIn(Result.HAS_PRICE, Result.ALREADY_DECIDED);
        assertThat(pricing()).isEqualTo(Pricing.paid(Price.perMillion("7"), Price.perMillion("9")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    1e-6   | 0 | paid       | paid
                    1e-6   |   |            | paid
                    1e-6   |   | deprecated | deprecated
                    0      | 0 | free       | free
                    0      | 0 | paid       | missing
                    0      | 0 | missing    | missing
                    -1.000 | 0 | paid       | missing
                    -1     | 1 | paid       | !dynamic and priced
                    -2     | 1 | paid       | !negative
                    NaN    | 1 | paid       | !not a number
                    1      |   | free       | !free and priced
                    1      |   | missing    | !missing and priced
                    1      |   | odd        | !unknown pricing type
                    """)
    void originalIsInterpretedByTheRulesOfTheMigration(String input, String output, String type, String expected) {
        Map<String, String> columns = new HashMap<>();
        columns.put("price_per_input_token", input);
        columns.put("price_per_output_token", output);
        columns.put("pricing_type", type);
        columns.values().removeIf(value -> value == null);
        OriginalPrice original = new OriginalPrice(columns);

        if (expected.startsWith("!")) {
            assertThatIllegalArgumentException().isThrownBy(original::pricing).withMessage(expected.substring(1));
        } else {
            assertThat(original.pricing().type()).hasToString(expected);
        }
    }
}
