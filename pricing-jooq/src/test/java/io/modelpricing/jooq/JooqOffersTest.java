package io.modelpricing.jooq;

import static io.modelpricing.offers.Capability.FUNCTION_CALLING;
import static io.modelpricing.offers.Capability.STREAMING;
import static io.modelpricing.offers.Capability.VISION;
import static io.modelpricing.offers.OfferFilter.active;
import static io.modelpricing.offers.OfferFilter.any;
import static io.modelpricing.offers.Ranking.cheapest;
import static io.modelpricing.offers.Ranking.healthiest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.CanonicalModelId;
import io.modelpricing.Cost;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.ProviderModelId;
import io.modelpricing.Quote;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.Usage;
import io.modelpricing.Usd;
import io.modelpricing.offers.ExcludedOffer;
import io.modelpricing.offers.ExcludedOffer.Reason;
import io.modelpricing.offers.Health;
import io.modelpricing.offers.Offer;
import io.modelpricing.offers.OfferFilter;
import io.modelpricing.offers.Offers;
import io.modelpricing.offers.Percent;
import io.modelpricing.offers.RankedOffers;
import io.modelpricing.offers.Ranking;
import io.modelpricing.offers.ServingStatus;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.StreamSupport;
import org.jooq.SQLDialect;
import org.jooq.conf.MappedSchema;
import org.jooq.conf.RenderMapping;
import org.jooq.conf.Settings;
import org.jooq.conf.StatementType;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JooqOffersTest {

    private static final Attribution SYNC = Attribution.by("api_sync:openai");
    private static final Instant T1 = Instant.parse("2026-01-01T00:00:00Z");
    private static final CanonicalModelId GPT = new CanonicalModelId("gpt-4o");
    private static final Usage EXPECTED =
            Usage.inclusive().input(8000).cacheRead(6000).output(700).build();

    private PricingDatabase database = PricingDatabase.expanded();

    @AfterEach
    void drop() {
        database.close();
    }

    private JooqOffers offers() {
        return new JooqOffers(database.ctx());
    }

    private ModelId offer(String provider, String columns, String values) {
        database.sql(
                "insert into providers (name, slug) values (upper('" + provider + "'), '" + provider
                        + "') on conflict do nothing",
                "insert into models (provider_id, model_id, model_name, provider_model_id" + columns + ")"
                        + " select id, 'gpt-4o', 'GPT', '" + provider + "-4o'" + values
                        + " from providers where slug = '"
                        + provider + "'");
        return new ModelId(database.number("select max(id) from models"));
    }

    private ModelId offer(String provider, Pricing pricing) {
        ModelId model = offer(provider, "", "");
        new JooqPricingRepository(database.ctx())
                .upsert(new PriceUpdate(model, pricing, PricingSource.PROVIDER, T1), SYNC);
        return model;
    }

    private void provider(String slug, String health, String responseTimeMs) {
        database.sql("update providers set health_status = '" + health + "', average_response_time_ms = "
                + responseTimeMs + " where slug = '" + slug + "'");
    }

    private static Pricing paid(String input, String output) {
        return Pricing.paid(Price.perMillion(input), Price.perMillion(output));
    }

    private static Pricing cached(String input, String output, String cacheRead) {
        return new Pricing.Paid(RateCard.of(Price.perMillion(input), Price.perMillion(output))
                .plus(Rate.of(BillingUnit.CACHE_READ, Price.perMillion(cacheRead))));
    }

    private static List<String> order(RankedOffers ranked) {
        return StreamSupport.stream(ranked.spliterator(), false)
                .map(Offer::provider)
                .toList();
    }

    private List<String> order(Ranking ranking) {
        return order(offers().offersFor(GPT, active()).rank(ranking, Usage.of(1000, 500), Instant.EPOCH));
    }

    @Test
    void offerHasEverythingThatFailoverReads() {
        Pricing pricing = cached("2.50", "10", "1.25");
        ModelId model = offer("openai", pricing);
        provider("openai", "healthy", "120");
        database.sql("update models set health_status = 'degraded', average_response_time_ms = 0, success_rate = 99.50,"
                + " supports_vision = true, supports_streaming = true, context_length = 128000");

        assertThat(offers().offersFor(GPT, active()).offers())
                .containsExactly(new Offer(
                        new ProviderModelId("openai", "openai-4o"),
                        "OPENAI",
                        GPT,
                        new ModelPricing(model, pricing, 1, PricingSource.PROVIDER, T1),
                        new ServingStatus(true, Health.HEALTHY, Duration.ofMillis(120)),
                        new ServingStatus(true, Health.DEGRADED, Duration.ZERO),
                        Percent.parse("99.5"),
                        Set.of(VISION, STREAMING),
                        128_000));
    }

    @Test
    void failoverRanksQuotesAndCostsInAFewLines() {
        offer("openai", cached("2.50", "10", "1.25"));
        offer("azure", cached("2.00", "10", "1.00"));
        offer("expensive", cached("200", "200", "200"));
        database.sql("update models set supports_vision = true");
        offer("blind", paid("0.01", "0.01"));
        Usd limit = Usd.parse("0.05");

        List<String> tried = new ArrayList<>();
        for (Offer offer : offers().offersFor(GPT, active().requiring(VISION))
                .rank(healthiest().maxCost(limit), EXPECTED, Instant.EPOCH)) {
            Quote quote = offer.quote();
            Cost cost = quote.cost(Usage.of(8000, 700));
            tried.add(offer.provider() + " "
                    + cost.orElseThrow().total().stripTrailingZeros().toPlainString());
        }

        assertThat(tried).containsExactly("azure 0.023", "openai 0.027");
    }

    @Test
    void offersAndTheirRatesAreReadInOneQuery() {
        RandomCards cards = new RandomCards(7);
        List<Pricing> pricings = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            pricings.add(cards.pricing());
            offer("p" + i, pricings.get(i));
        }
        offer("bare", "", "");
        pricings.add(Pricing.missing(MissingReason.NEVER_KNOWN));
        AtomicInteger statements = new AtomicInteger();

        Offers found = new JooqOffers(database.counting(statements)).offersFor(GPT, any());

        assertThat(statements).hasValue(1);
        assertThat(found.offers()).extracting(offer -> offer.pricing()).containsExactlyElementsOf(pricings);
        JooqPricingRepository repository = new JooqPricingRepository(database.ctx());
        assertThat(found.offers())
                .allSatisfy(offer -> assertThat(offer.quote())
                        .isEqualTo(repository.find(offer.id()).orElseThrow().quote()));
    }

    @Test
    void unknownModelHasNoOffersAndFailedQueryThrows() {
        Offers none = offers().offersFor(new CanonicalModelId("gpt-5"), active());
        assertThat(none.isUnknown()).isTrue();
        assertThat(none.rank(healthiest(), EXPECTED, Instant.EPOCH).best()).isEmpty();

        offer("openai", paid("1", "2"));
        database.sql("alter table providers rename column health_status to health");
        assertThatExceptionOfType(DataAccessException.class)
                .isThrownBy(() -> offers().offersFor(GPT, active()))
                .satisfies(e -> assertThat(e.sqlState()).isEqualTo("42703"));
    }

    @Test
    void offersThatTheFilterExcludesAreNamed() {
        offer("openai", paid("1", "2"));
        offer("retired", paid("1", "2"));
        offer("closed", paid("1", "2"));
        offer("blind", paid("1", "2"));
        offer("failing", paid("1", "2"));
        database.sql(
                "update models set supports_vision = (provider_model_id <> 'blind-4o'), success_rate = 99",
                "update models set is_active = false where provider_model_id = 'retired-4o'",
                "update models set success_rate = 0.99 where provider_model_id = 'failing-4o'",
                "update providers set is_active = false where slug = 'closed'");

        Offers found = offers().offersFor(GPT, active().requiring(VISION).minSuccessRate(Percent.parse("90")));

        assertThat(found.offers()).extracting(Offer::provider).containsExactly("openai");
        assertThat(found.excluded())
                .containsExactly(
                        new ExcludedOffer("retired", "retired-4o", Reason.INACTIVE, "the model is inactive"),
                        new ExcludedOffer("closed", "closed-4o", Reason.INACTIVE, "the provider is inactive"),
                        new ExcludedOffer("blind", "blind-4o", Reason.CAPABILITY, "it lacks vision"),
                        new ExcludedOffer(
                                "failing",
                                "failing-4o",
                                Reason.SUCCESS_RATE,
                                "its success rate is 0.99%, below the minimum of 90%"));
        assertThat(found.isUnknown()).isFalse();
    }

    @Test
    void missingFreeDeprecatedAndStalePricesAreRankedByType() {
        offer("deprecated", new Pricing.Deprecated(paid("1", "1").orElseThrow()));
        offer("never", "", "");
        offer("dynamic", Pricing.missing(MissingReason.DYNAMIC));
        offer("paid", paid("2", "2"));
        offer("free", Pricing.free());
        ModelId stale = offer("stale", paid("0.5", "0.5"));
        database.sql("update model_pricing set last_updated = '2020-01-01Z' where model_id = " + stale);
        for (String slug : List.of("never", "dynamic")) {
            provider(slug, "healthy", "1");
        }

        assertThat(order(cheapest())).containsExactly("free", "stale", "deprecated", "paid", "dynamic", "never");
        assertThat(order(healthiest())).endsWith("dynamic", "never");

        OfferFilter careful = active().pricedOnly().notDeprecated().priceObservedSince(T1);
        RankedOffers ranked = offers().offersFor(GPT, careful).rank(cheapest(), Usage.of(1000, 500), Instant.EPOCH);
        assertThat(order(ranked)).containsExactly("free", "paid");
        assertThat(ranked.excluded())
                .extracting(ExcludedOffer::reason)
                .containsExactly(Reason.DEPRECATED, Reason.UNPRICED, Reason.UNPRICED, Reason.STALE_PRICE);
    }

    @Test
    void casesThatTheLegacyRankingGotWrongAreRankedCorrectly() {
        offer("zero", paid("9", "9"));
        offer("slow", paid("1", "1"));
        offer("unmeasured", paid("0.1", "0.1"));
        offer("unchecked", paid("0.1", "0.1"));
        offer("down", paid("0.1", "0.1"));
        offer("unpriced", "", "");
        provider("zero", "healthy", "0");
        provider("slow", "healthy", "12000");
        provider("unmeasured", "healthy", "null");
        provider("unchecked", "unknown", "1");
        provider("down", "down", "1");
        provider("unpriced", "healthy", "0");

        assertThat(order(healthiest())).containsExactly("zero", "slow", "unmeasured", "unchecked", "down", "unpriced");
    }

    @Test
    void nullsOfTheLegacyDatabaseAreReadAsUnknown() {
        database.close();
        database = PricingDatabase.phase1().expand();
        offer("openai", "", "");
        offer("azure", ", is_active, health_status, supports_vision", ", null, null, null");
        database.sql("update providers set health_status = null where slug = 'openai'");

        assertThat(offers().offersFor(GPT, any()).offers())
                .extracting(Offer::health)
                .containsExactly(Health.UNKNOWN, Health.UNKNOWN);
        Offers active = offers().offersFor(GPT, active());
        assertThat(active.offers()).extracting(Offer::provider).containsExactly("openai");
        assertThat(active.offers().get(0).capabilities()).isEmpty();
        assertThat(active.offers().get(0).pricing()).isEqualTo(Pricing.missing(MissingReason.NEVER_KNOWN));
    }

    @Test
    void invalidPriceIsNamedAndTheOtherOffersAreReturned() {
        ModelId searching = offer("searching", paid("1", "2"));
        ModelId cyclic = offer("cyclic", paid("1", "2"));
        offer("openai", paid("1", "2"));
        database.sql(
                "set local session_replication_role = replica",
                "insert into model_pricing_rate_set (id) values ('00000000-0000-0000-0000-000000000001'),"
                        + " ('00000000-0000-0000-0000-000000000002')",
                "insert into model_pricing_card_rate (rate_set_id, service_tier, unit, from_input_tokens, charged_as) values"
                        + " ('00000000-0000-0000-0000-000000000001', 'standard', 'web_search', 0, 'input'),"
                        + " ('00000000-0000-0000-0000-000000000001', 'standard', 'cache_read', 0, 'input'),"
                        + " ('00000000-0000-0000-0000-000000000002', 'batch', 'cache_read', 0, 'audio_input'),"
                        + " ('00000000-0000-0000-0000-000000000002', 'batch', 'audio_input', 0, 'cache_read')",
                "update model_pricing set rate_set_id = '00000000-0000-0000-0000-000000000001' where model_id = "
                        + searching,
                "update model_pricing set rate_set_id = '00000000-0000-0000-0000-000000000002' where model_id = "
                        + cyclic);

        Offers found = offers().offersFor(GPT, active());

        assertThat(found.offers()).extracting(Offer::provider).containsExactly("openai");
        assertThat(found.excluded())
                .containsExactly(
                        new ExcludedOffer(
                                "searching",
                                "searching-4o",
                                Reason.UNREADABLE,
                                "its price is not valid: web_search must be charged as a unit of the same measure, query,"
                                        + " but input counts a token"),
                        new ExcludedOffer(
                                "cyclic",
                                "cyclic-4o",
                                Reason.UNREADABLE,
                                "its price is not valid: units must not be charged as each other, but in batch are"
                                        + " cache_read charged as audio_input, audio_input charged as cache_read;"
                                        + " give one of these units a price"));
    }

    @Test
    void invalidRowIsNamedAndTheOtherOffersAreReturned() {
        offer("openai", paid("1", "2"));
        offer("above 100", ", success_rate", ", 100.01");
        offer("not a number", ", success_rate", ", 'NaN'");
        offer("negative", ", average_response_time_ms", ", -1");
        offer("a/b", "", "");

        Offers found = offers().offersFor(GPT, active());

        assertThat(found.offers()).extracting(Offer::provider).containsExactly("openai");
        assertThat(found.excluded()).extracting(ExcludedOffer::reason).containsOnly(Reason.UNREADABLE);
        assertThat(found.excluded())
                .extracting(excluded -> excluded.provider() + ": " + excluded.detail())
                .containsExactly(
                        "above 100: a percentage must be from 0 to 100, but was 100.01",
                        "not a number: \"NaN\" is not a percentage; expected a decimal from 0 to 100, such as 98.5",
                        "negative: a response time must be zero or more, but was -1 ms",
                        "a/b: a provider's slug must not contain a slash, but was \"a/b\"");
    }

    @Test
    void modelWithoutAProviderIsNotAnOffer() {
        database.sql("insert into models (model_id, model_name, provider_model_id) values ('gpt-4o', 'm', 'm')");

        assertThat(offers().offersFor(GPT, any()).isUnknown()).isTrue();
    }

    @Test
    void offersCarryTheNamesOfTheirProvider() {
        offer("openai", paid("1", "2"));
        offer("azure", paid("1", "2"));
        provider("azure", "down", "null");

        assertThat(offers().providerModelId(GPT, "openai")).contains(new ProviderModelId("openai", "openai-4o"));
        assertThat(offers().providerModelId(GPT, "azure")).contains(new ProviderModelId("azure", "azure-4o"));
        assertThat(offers().providerModelId(GPT, "unlisted")).isEmpty();
        assertThat(offers().isAvailable(GPT, "openai")).isTrue();
        assertThat(offers().isAvailable(GPT, "azure")).isFalse();
        assertThat(offers().isAvailable(new CanonicalModelId("gpt-5"), "openai"))
                .isFalse();
    }

    @Test
    void sqlInNamesIsNotExecuted() {
        offer("openai", paid("1", "2"));
        for (String name : List.of("gpt-4o' or '1'='1", "{0}", "?", "gpt-4o?", "${x}", "%", "\\", "'", "\u0001")) {
            assertThat(offers().offersFor(new CanonicalModelId(name), any()).isUnknown())
                    .as(name)
                    .isTrue();
        }
    }

    @Test
    void renderMappingNamesAnotherSchema() throws Exception {
        offer("openai", paid("1", "2"));
        database.sql("alter schema public rename to prices");
        Settings settings = new Settings()
                .withRenderMapping(new RenderMapping()
                        .withSchemata(new MappedSchema().withInput("").withOutput("prices")));

        try (Connection connection = database.database().dataSource().getConnection()) {
            for (StatementType type : StatementType.values()) {
                JooqOffers mapped =
                        new JooqOffers(DSL.using(connection, SQLDialect.POSTGRES, settings.withStatementType(type)));
                for (int i = 0; i < 2; i++) {
                    assertThat(mapped.offersFor(GPT, active()).offers()).hasSize(1);
                    assertThat(mapped.offersFor(new CanonicalModelId("gpt-5"), active())
                                    .isUnknown())
                            .isTrue();
                }
            }
        }
        assertThatThrownBy(() -> offers().offersFor(GPT, active())).isInstanceOf(DataAccessException.class);
    }

    @Test
    void writesOfTheCallersTransactionAreVisible() {
        offer("openai", paid("1", "2"));

        database.ctx().transaction(trx -> {
            trx.dsl().execute("update models set supports_function_calling = true");
            assertThat(new JooqOffers(trx.dsl())
                            .offersFor(GPT, active().requiring(FUNCTION_CALLING))
                            .offers())
                    .hasSize(1);
            assertThat(offers().offersFor(GPT, active().requiring(FUNCTION_CALLING))
                            .offers())
                    .isEmpty();
        });
    }
}
