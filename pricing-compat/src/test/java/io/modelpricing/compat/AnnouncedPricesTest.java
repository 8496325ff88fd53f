package io.modelpricing.compat;

import static io.modelpricing.compat.LegacyUnit.PER_MILLION;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.ModelId;
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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Announced prices that take effect while services still use the legacy columns, or views with these. */
class AnnouncedPricesTest {

    private static final Attribution TEST = Attribution.by("test");
    private static final ModelId MODEL = new ModelId(1);

    /** Has rates that legacy cells cannot express. */
    private static final RateCard ANNOUNCED = card("2");

    private final LegacyDatabase database = LegacyDatabase.expanded().model(1, "acme", "1, 4, null, null");
    private final JooqPricingRepository prices = new JooqPricingRepository(database.ctx());

    @AfterEach
    void drop() {
        database.close();
    }

    private static RateCard card(String inputPerMillion) {
        return RateCard.of(Price.perMillion(inputPerMillion), Price.perMillion("8"))
                .plus(
                        Rate.of(BillingUnit.CACHE_READ, Price.perMillion("0.2")),
                        Rate.of(BillingUnit.INPUT, Price.perMillion("1")).in(ServiceTier.BATCH));
    }

    private void populate() {
        new Populate(database.ctx())
                .run(Declarations.none().tokens(new Scope.Provider("acme"), PER_MILLION), Attribution.by("test"));
    }

    private Instant announce() {
        Instant start = database.ctx()
                .fetchSingle("select clock_timestamp()")
                .get(0, Instant.class)
                .plusMillis(900);
        prices.announce(
                new PriceUpdate(MODEL, new Pricing.Paid(ANNOUNCED), PricingSource.PROVIDER, Instant.now()),
                start,
                TEST);
        return start;
    }

    private void waitFor(Instant start) throws InterruptedException {
        while (database.ctx()
                .fetchSingle("select clock_timestamp()")
                .get(0, Instant.class)
                .isBefore(start)) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private String cells(String relation) {
        return database.ctx()
                .fetchSingle("select trim_scale(pricing_prompt) || ', ' || trim_scale(pricing_completion) from "
                        + relation + " where id = 1")
                .get(0, String.class);
    }

    @Test
    void legacyWriteAfterTheStartKeepsTheAnnouncedPriceOfOtherCells() throws Exception {
        populate();
        waitFor(announce());
        assertThat(cells("models")).isEqualTo("1, 4");

        database.sql("update models set pricing_prompt = 3 where id = 1");

        assertThat(cells("models")).isEqualTo("3, 8");
        assertThat(prices.find(MODEL).orElseThrow().pricing()).isEqualTo(new Pricing.Paid(card("3")));
        assertThat(prices.versions(MODEL)).hasSize(3);
        assertThat(new Verify(database.ctx()).run().findings()).isEmpty();
    }

    @Test
    void legacyWriteOfTheAnnouncedPriceChangesNothing() throws Exception {
        populate();
        waitFor(announce());

        database.sql("update models set pricing_prompt = 2, pricing_completion = 8 where id = 1");

        assertThat(prices.find(MODEL).orElseThrow().pricing()).isEqualTo(new Pricing.Paid(ANNOUNCED));
        assertThat(prices.versions(MODEL)).hasSize(2);
        assertThat(new Verify(database.ctx()).run().findings()).isEmpty();
    }

    @Test
    void viewsWithTheLegacyColumnsAndRollbackShowThePriceFromItsStartOn() throws Exception {
        populate();
        new CompatViews(database.ctx(), LockRetry.DEFAULT).install(TEST);
        assertThat(new Contract(database.ctx()).run(TEST).refused()).isEmpty();
        Instant start = announce();
        assertThat(cells("pricing_legacy.models")).isEqualTo("1, 4");

        waitFor(start);

        assertThat(cells("pricing_legacy.models")).isEqualTo("2, 8");
        assertThat(cells("models_legacy_pricing")).isEqualTo("2, 8");
        new Rollback(database.ctx(), ColumnTypes.ORIGINAL).run(TEST);
        assertThat(cells("models")).isEqualTo("2, 8");
    }

    @Test
    void writeOfAViewAfterContractKeepsTheAnnouncedPriceOfOtherCells() throws Exception {
        populate();
        new CompatViews(database.ctx(), LockRetry.DEFAULT).install(TEST);
        assertThat(new Contract(database.ctx()).run(TEST).refused()).isEmpty();
        waitFor(announce());

        database.sql("update pricing_legacy.models set pricing_prompt = 3 where id = 1");

        assertThat(cells("pricing_legacy.models")).isEqualTo("3, 8");
        assertThat(prices.find(MODEL).orElseThrow().pricing()).isEqualTo(new Pricing.Paid(card("3")));
    }
}
