package io.modelpricing.jooq;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelpricing.AsOf;
import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.CanonicalModelId;
import io.modelpricing.Cost;
import io.modelpricing.Hours;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.PageRequest;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.PricingType;
import io.modelpricing.ProviderModelId;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.RequestId;
import io.modelpricing.ServiceTier;
import io.modelpricing.UpsertOutcome.Result;
import io.modelpricing.Usage;
import io.modelpricing.ValidFrom;
import io.modelpricing.jooq.costs.CostBackfill;
import io.modelpricing.jooq.costs.RecordedCost;
import io.modelpricing.jooq.costs.RequestCosts;
import io.modelpricing.offers.Offer;
import io.modelpricing.offers.OfferFilter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;

/** Rate cards in the tables: units, variants, regions, hours, units charged as others, and rows of other versions. */
class StoredCardsTest {

    private static final Attribution SYNC = Attribution.by("sync");
    private static final Attribution ADA = Attribution.by("ada").because("the invoice says so");
    private static final Instant T1 = Instant.parse("2026-01-01T00:00:00Z");

    private static final Hours HOURS =
            Hours.parse(Map.of("off_peak", "daily 16:30-00:30", "standard", "daily 00:30-16:30"));

    /** Has every concept of a card at least once. */
    private static final RateCard EVERYTHING = RateCard.of(
            HOURS,
            List.of(
                    rate("input", "10"),
                    rate("input", "20").above(200_000),
                    rate("input", "5").during("off_peak"),
                    rate("input", "11").inRegion("eu"),
                    rate("input", "6").inRegion("eu").during("off_peak"),
                    rate("input", "30").in(ServiceTier.FAST),
                    rate("input", "33").in(ServiceTier.FAST).inRegion("eu"),
                    rate("input", "40").in(ServiceTier.FAST).from(128_000),
                    rate("output", "50"),
                    rate("cache_read", "1"),
                    as("cache_read_audio", "cache_read"),
                    as("cache_write", "input"),
                    as("cache_write_1h", "cache_write"),
                    as("cache_write", "cache_read").inRegion("eu"),
                    as("image_input", "input"),
                    as("reasoning", "output"),
                    as("output", "input").in(ServiceTier.BATCH),
                    rate("input", "7").in(ServiceTier.BATCH),
                    rate("web_search", "35000"),
                    rate("web_search", "50000").ofVariant("high"),
                    rate("web_search", "60000").ofVariant("high").inRegion("eu"),
                    rate("video_output_ms", "80").ofVariant("1080p"),
                    as("video_output_ms", "audio_output_ms"),
                    rate("audio_output_ms", "2")));

    private final PricingDatabase database =
            PricingDatabase.legacyExpanded().provider("openai").provider("azure");
    private final JooqPricingRepository repository = new JooqPricingRepository(database.ctx());

    @AfterEach
    void drop() {
        database.close();
    }

    private static Rate rate(String unit, String perMillion) {
        return Rate.of(BillingUnit.parse(unit), Price.perMillion(perMillion));
    }

    private static Rate as(String unit, String as) {
        return Rate.chargedAs(BillingUnit.parse(unit), BillingUnit.parse(as));
    }

    private static PriceUpdate update(ModelId model, RateCard card, Instant at) {
        return new PriceUpdate(model, new Pricing.Paid(card), PricingSource.PROVIDER, at);
    }

    private ModelPricing find(ModelId model) {
        return repository.find(model).orElseThrow();
    }

    private static RateCard card(ModelPricing price) {
        return ((Pricing.Priced) price.pricing()).card();
    }

    @Test
    void tableOfUnitsEqualsTheFileOfTheLibrary() throws IOException {
        Path file = Path.of("../pricing-core/src/main/resources/io/modelpricing/billing-units.csv");
        List<String> lines = Files.readAllLines(file);
        assertThat(lines.get(0)).isEqualTo("id,measure,side,part_of,variants,description");

        List<String> table = database.ctx()
                .fetch("select concat_ws(',', id, measure, side, array_to_string(part_of, ' '),"
                        + " case when has_variants then 'yes' else 'no' end, description)"
                        + " from billing_unit order by position")
                .getValues(0, String.class);

        assertThat(table).isEqualTo(lines.subList(1, lines.size()));
        assertThat(database.number("select max(position) from billing_unit")).isEqualTo(table.size());
        assertThat(BillingUnit.all()).hasSize(table.size());
    }

    @Test
    void cardWithEveryConceptReadsBackEqualFromEveryWriteAndRead() {
        ModelCatalog catalog = new ModelCatalog(database.ctx());
        Pricing everything = new Pricing.Paid(EVERYTHING);
        Pricing plain = Pricing.paid(Price.ZERO, Price.perToken("1"));
        ModelId upserted = database.model("openai", "upserted");
        repository.upsertAll(List.of(update(upserted, EVERYTHING, T1)), SYNC);
        ModelId created = catalog.create(
                Model.of("openai", "created", new CanonicalModelId("created")),
                everything,
                PricingSource.PROVIDER,
                T1,
                SYNC);
        ModelId corrected = database.model("openai", "corrected");
        repository.upsert(new PriceUpdate(corrected, plain, PricingSource.PROVIDER, T1), SYNC);
        repository.correct(update(corrected, EVERYTHING, T1), ValidFrom.at(T1), ADA);
        ModelId manual = database.model("openai", "manual");
        repository.setManual(manual, everything, ADA);

        for (String name : List.of("upserted", "created", "corrected", "manual")) {
            ModelPricing read =
                    repository.find(new ProviderModelId("openai", name)).orElseThrow();
            assertThat(card(read)).as(name).isEqualTo(EVERYTHING);
            ModelId id = read.model();
            assertThat(repository.find(id)).contains(read);
            assertThat(repository.findAll(List.of(upserted, id))).containsEntry(id, read);
            assertThat(repository.findAll(new CanonicalModelId(name))).containsExactly(read);
            assertThat(repository.findAt(id, AsOf.validAt(Instant.now()))).contains(read);
            assertThat(repository.list(PricingType.PAID, PageRequest.first(10)).items())
                    .contains(read);
            assertThat(repository.versions(id))
                    .last()
                    .satisfies(version -> assertThat(version.price()).isEqualTo(read));
            assertThat(new JooqOffers(database.ctx())
                            .offersFor(new CanonicalModelId(name), OfferFilter.any())
                            .offers())
                    .extracting(Offer::price)
                    .containsExactly(read);
            assertThat(catalog.find(id).orElseThrow().price()).isEqualTo(read);
            assertThat(catalog.page(CatalogQuery.all(), PageRequest.first(10)).items())
                    .anySatisfy(entry -> assertThat(entry.price()).isEqualTo(read));
        }
        assertThat(database.number("select count(*) from model_pricing_rate_set"))
                .isEqualTo(1);
        assertThat(repository
                        .upsert(update(created, EVERYTHING, T1.plusSeconds(1)), SYNC)
                        .result())
                .isEqualTo(Result.UNCHANGED);
    }

    @Test
    void equalCardsHaveEqualIdsInAnyOrderOfRatesAndHours() {
        UUID id = RateSet.of(EVERYTHING).id();
        List<Rate> rates = new ArrayList<>(EVERYTHING.rates());
        for (int seed = 0; seed < 20; seed++) {
            Collections.shuffle(rates, new Random(seed));
            assertThat(RateSet.of(RateCard.of(HOURS, rates)).id()).isEqualTo(id);
        }
        Hours sameHours = Hours.parse(Map.of(
                "standard",
                "mon-fri 00:30-08:00, daily 08:00-16:30, sat-sun 00:30-08:00",
                "off_peak",
                "mon-thu 16:30-00:30, fri 16:30-sat 00:30, sat 16:30-sun 00:30, sun 16:30-mon 00:30"));
        assertThat(RateSet.of(RateCard.of(sameHours, rates)).id()).isEqualTo(id);

        Hours otherHours = Hours.parse(Map.of("off_peak", "daily 16:30-00:29", "standard", "daily 00:29-16:30"));
        assertThat(RateSet.of(RateCard.of(otherHours, rates)).id()).isNotEqualTo(id);
        for (Rate rate : rates) {
            List<Rate> others = new ArrayList<>(rates);
            others.remove(rate);
            RateSet set = RateSet.of(RateCard.of(HOURS, others));
            assertThat(set.id().equals(id)).as(rate.toString()).isEqualTo(RateSet.hasColumn(rate));
        }
    }

    @Test
    void idDoesNotDependOnTheUnitsThatAVersionKnows() throws NoSuchAlgorithmException {
        // The file has page before annotation_page, and does not have hologram. A version that knows no page, or knows
        // hologram, must hash the same text: the units of the first version in its order, then the others by id.
        BillingUnit hologram = BillingUnit.ofStored("hologram");
        RateCard card = RateCard.of(
                rate("input", "1"),
                rate("page", "3"),
                Rate.of(hologram, Price.perMillion("4")),
                Rate.chargedAs(hologram, BillingUnit.parse("page")).inRegion("eu"),
                rate("annotation_page", "2"),
                rate("annotation_page", "5").ofVariant("a3"),
                rate("audio_output", "6"),
                rate("image_count", "7"),
                rate("web_search", "8").in(ServiceTier.BATCH));
        String text = """
                standard|image_count|0|0.000007
                standard|audio_output|0|0.000006
                standard|annotation_page|0|0.000002
                standard|annotation_page|0|0.000005|a3|||
                standard|hologram|0|0.000004
                standard|hologram|0|null||eu||page
                standard|page|0|0.000003
                batch|web_search|0|0.000008""";
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        ByteBuffer bits = ByteBuffer.wrap(hash);
        assertThat(RateSet.of(card).id()).isEqualTo(new UUID(bits.getLong(), bits.getLong()));
    }

    @Test
    void rowsOfTheLibraryWithoutTheseConceptsReadCostAndHashAsBefore() {
        ModelId model = database.model("openai", "old");
        // The first 16 bytes of the SHA-256 of the rates, a line "tier|unit|from|price" for each.
        String set = "027c1ceb-81db-656c-0d76-cec926823e59";
        database.sql(
                "insert into model_pricing_rate_set (id) values ('" + set + "')",
                "insert into model_pricing_card_rate (rate_set_id, service_tier, unit, from_input_tokens, price)"
                        + " select '" + set + "', r.* from (values"
                        + " ('standard', 'input', 200001, 0.000005), ('standard', 'cache_read', 0, 0.00000025),"
                        + " ('standard', 'cache_write_1h', 0, null), ('standard', 'web_search', 0, 0.01),"
                        + " ('standard', 'reasoning', 0, null), ('batch', 'input', 0, 0.00000125)) r"
                        + " on conflict do nothing",
                "insert into model_pricing (model_id, pricing_type, price_per_input_token, price_per_output_token,"
                        + " rate_set_id, pricing_source, last_updated) values (" + model
                        + ", 'paid', 0.0000025, 0.00001, '" + set + "', 'provider', '2026-01-01')");
        RateCard card = RateCard.of(
                rate("input", "2.5"),
                rate("input", "5").above(200_000),
                rate("output", "10"),
                rate("cache_read", "0.25"),
                as("cache_write_1h", "input"),
                rate("web_search", "10000"),
                as("reasoning", "output"),
                rate("input", "1.25").in(ServiceTier.BATCH));

        assertThat(card(find(model))).isEqualTo(card);
        Usage usage = Usage.inclusive()
                .input(1_000)
                .cacheRead(400)
                .cacheWrite1h(100)
                .output(200)
                .reasoning(150)
                .count(BillingUnit.WEB_SEARCH, 2)
                .build();
        assertThat(find(model).quote().cost(usage).orElseThrow().total()).isEqualByComparingTo("0.0236");
        assertThat(repository
                        .upsert(update(model, card, T1.plusSeconds(1)), SYNC)
                        .result())
                .isEqualTo(Result.UNCHANGED);
        assertThat(RateSet.of(card).id()).hasToString(set);
        assertThat(repository.versions(model)).hasSize(1);
        assertThat(database.number("select count(*) from model_pricing_rate")).isEqualTo(6);
    }

    @Test
    void firstVersionReadsOnlyTheRatesThatItKnows() {
        ModelId model = database.model("openai", "new");
        repository.upsert(update(model, EVERYTHING, T1), SYNC);

        assertThat(database.ctx()
                        .fetch(
                                "select service_tier, unit, from_input_tokens, price from model_pricing_rate order by 1, 2, 3")
                        .formatCSV(false))
                .isEqualToNormalizingNewlines("""
                        batch,input,0,0.000007
                        standard,cache_read,0,0.000001
                        standard,cache_write,0,""
                        standard,input,200001,0.00002
                        standard,reasoning,0,""
                        standard,web_search,0,0.035
                        """);
        assertThatThrownBy(() -> database.sql("insert into model_pricing_rate select rate_set_id, 'fast', unit, 0, 1"
                        + " from model_pricing_rate where unit = 'reasoning'"))
                .hasMessageContaining("check option");
    }

    @Test
    void unitOfANewerVersionIsReadAndMakesOnlyCostsThatCountItIncomplete() {
        ModelId model = database.model("openai", "new");
        String set = "00000000-0000-0000-0000-000000000001";
        database.sql(
                "insert into billing_unit (position, id, measure, side, part_of, has_variants, description) values"
                        + " (1001, 'hologram', 'image', 'output', '{}', true, 'A hologram that the model made'),"
                        + " (1002, 'smell', 'token', 'output', '{output}', false, 'A token of a smell')",
                "insert into model_pricing_rate_set (id) values ('" + set + "')",
                "insert into model_pricing_card_rate (rate_set_id, service_tier, unit, variant, from_input_tokens, price,"
                        + " charged_as) values ('" + set + "', 'standard', 'hologram', '', 0, 3, null),"
                        + " ('" + set + "', 'standard', 'hologram', 'large', 0, 7, null),"
                        + " ('" + set + "', 'standard', 'smell', '', 0, null, 'output')",
                "insert into model_pricing (model_id, pricing_type, price_per_input_token, price_per_output_token,"
                        + " rate_set_id, pricing_source, last_updated) values (" + model
                        + ", 'paid', 1, 2, '" + set + "', 'provider', '2026-01-01')",
                "insert into chat_completion_requests (request_id, model_id, input_tokens, output_tokens,"
                        + " processing_time_ms, created_at) values ('plain', " + model + ", 3, 4, 1, '2100-01-01')");
        BillingUnit hologram = BillingUnit.ofStored("hologram");

        assertThat(card(find(model)).rates().stream().map(Rate::toString).collect(joining("; ")))
                .isEqualTo("standard input: 1; standard output: 2; standard hologram: 3;"
                        + " standard hologram/large: 7; standard smell charged as output");
        assertThat(find(model).quote().cost(Usage.of(3, 4)).orElseThrow().total())
                .isEqualByComparingTo("11");
        Cost incomplete = find(model)
                .quote()
                .cost(Usage.inclusive().input(3).count(hologram, "large", 1).build());
        assertThat(incomplete)
                .isInstanceOfSatisfying(
                        Cost.Incomplete.class,
                        cost -> assertThat(cost.unpriced()).containsExactly(hologram));

        RequestCosts costs = new RequestCosts(database.ctx());
        costs.record(new RequestId("hologram"), incomplete);
        RecordedCost recorded = costs.find(new RequestId("hologram")).orElseThrow();
        assertThat(recorded.usage()).isEqualTo(incomplete.usage());
        assertThat(recorded.amounts().unpriced()).containsExactly(hologram);
        assertThat(new CostBackfill(database.ctx()).run().totalCost()).isEqualByComparingTo("11");

        // The card can be written again, for another model, by this version.
        ModelId copy = database.model("openai", "copy");
        repository.upsert(update(copy, card(find(model)), T1), SYNC);
        assertThat(card(find(copy))).isEqualTo(card(find(model)));
    }

    @Test
    void databaseRefusesRatesThatNoCardCanHave() {
        String hours = "{\"off_peak\": \"daily 16:30-00:30\", \"standard\": \"daily 00:30-16:30\"}";
        Map<String, String> refused = Map.ofEntries(
                Map.entry("'standard', 'tokens', '', '', '', 0, 1, null", "model_pricing_card_rate_unit_fkey"),
                Map.entry("'standard', 'cache_read', '', '', '', 0, null, 'tokens'", "charged_as_fkey"),
                Map.entry(
                        "'standard', 'input', '', '', 'peak', 0, 1, null",
                        "hours that their set does not define: peak"),
                Map.entry("'standard', 'input', '4k', 'eu', '', 0, 1, null", "units that have none: input/4k"),
                Map.entry("'standard', 'cache_read', '', '', '', 0, 1, 'input'", "charged_as_check"),
                Map.entry("'batch', 'output', '', '', '', 0, null, null", "charged_as_check"),
                Map.entry("'standard', 'cache_read', '', '', '', 5, null, 'input'", "charged_as_check"),
                Map.entry("'standard', 'cache_read', '', '', '', 0, null, 'cache_read'", "charged_as_check"),
                Map.entry("'standard', 'input', '', 'EU', '', 0, 1, null", "names_check"),
                Map.entry("'standard', 'web_search', 'very high', '', '', 0, 1, null", "names_check"),
                Map.entry("'turbo', 'input', '', '', '', 0, 1, null", "service_tier_check"),
                Map.entry("'standard', 'input', '', '', '', 0, 1, null", "column_check"),
                Map.entry(
                        "'standard', 'web_search', '', '', '', 0, null, 'input'",
                        "charged as units of another measure: web_search (query) as input (token)"),
                Map.entry(
                        "'batch', 'cache_read', '', 'eu', '', 0, null, 'audio_input'),"
                                + " (1, 'batch', 'audio_input', '', '', '', 0, null, 'cache_read'",
                        "batch eu off_peak: audio_input charged as cache_read, cache_read charged as audio_input"),
                Map.entry(
                        "'fast', 'output', '', '', '', 0, null, 'reasoning'",
                        "fast off_peak: output charged as reasoning, reasoning charged as output"),
                Map.entry(
                        "'fast', 'input', '', 'eu', '', 0, null, 'output'), (1, 'fast', 'input', '', 'eu', '', 7, 1, null",
                        "cannot both have a price and be charged as another unit"));
        refused.forEach((row, message) ->
                assertThatThrownBy(() -> insertRate(hours, row)).as(row).hasMessageContaining(message));

        assertThatThrownBy(() -> insertRate(null, "'standard', 'input', '', '', 'off_peak', 0, 1, null"))
                .hasMessageContaining("hours that their set does not define: off_peak");
        assertThatThrownBy(() -> insertRate("{}", "'standard', 'cache_read', '', '', '', 0, 1, null"))
                .hasMessageContaining("hours_check");
        assertThat(database.number("select count(*) from model_pricing_rate_set"))
                .isZero();
        insertRate(hours, "'standard', 'input', '', 'eu', 'off_peak', 200001, 1, null");
    }

    private void insertRate(String hours, String row) {
        String set = "'00000000-0000-0000-0000-000000000001'";
        database.sql(
                "insert into model_pricing_rate_set (id, hours) values (" + set + ", "
                        + (hours == null ? "null" : "'" + hours + "'") + ")",
                "insert into model_pricing_card_rate (rate_set_id, service_tier, unit, variant, region, hours,"
                        + " from_input_tokens, price, charged_as) values (" + set + ", "
                        + row.replace("(1, ", "(" + set + ", ") + ")");
    }

    @Test
    void databaseRefusesTheCyclesThatCardsRefuseAndNoOthers() throws SQLException {
        int accepted = 0;
        int refused = 0;
        try (Connection connection = database.database().dataSource().getConnection()) {
            connection.setAutoCommit(false);
            Random random = new Random(9);
            for (int i = 0; i < 1_000; i++) {
                Hours hours = random.nextBoolean() ? HOURS : Hours.NONE;
                List<Rate> rates = chargedRates(random, hours);
                boolean isRefused = isRefused(connection, "charged as each other", hours, rates);
                try {
                    RateCard.of(hours, rates);
                    assertThat(isRefused).as(rates.toString()).isFalse();
                    accepted++;
                } catch (IllegalArgumentException e) {
                    assertThat(e).hasMessageContaining("charged as each other");
                    assertThat(isRefused).as(rates.toString()).isTrue();
                    refused++;
                }
            }
        }
        assertThat(accepted).isGreaterThan(50);
        assertThat(refused).isGreaterThan(50);
    }

    /** Returns rates of all shapes, most of them charged as others of the same measure. */
    private static List<Rate> chargedRates(Random random, Hours hours) {
        List<List<String>> measures = List.of(
                List.of("cache_read", "cache_write", "cache_write_1h", "audio_input", "reasoning", "output", "input"),
                List.of("video_output_ms", "audio_output_ms", "compute_ms"),
                List.of("web_search", "query", "web_fetch"));
        Map<String, Rate> rates = new HashMap<>();
        int count = 2 + random.nextInt(9);
        while (rates.size() < count) {
            List<String> units = measures.get(random.nextInt(random.nextInt(3) + 1));
            String unit = units.get(random.nextInt(units.size()));
            String other = units.get(random.nextInt(units.size()));
            Rate rate = unit.equals(other) || random.nextInt(3) == 0 ? rate(unit, "1") : as(unit, other);
            if (rate.unit().hasVariants() && random.nextBoolean()) {
                rate = rate.ofVariant(random.nextBoolean() ? "high" : "low");
            }
            if (random.nextInt(3) == 0) {
                rate = rate.inRegion(random.nextBoolean() ? "eu" : "us");
            }
            if (!hours.isEmpty() && random.nextInt(3) == 0) {
                rate = rate.during(hours.names().get(random.nextInt(2)));
            }
            rate = rate.in(random.nextInt(5) == 0 ? ServiceTier.BATCH : ServiceTier.STANDARD);
            rates.put(rate.unit() + "/" + rate.variant() + "/" + rate.terms(), rate);
        }
        rates.put(
                "priced",
                hours.isEmpty() ? rate("page", "1") : rate("page", "1").during("off_peak"));
        return List.copyOf(rates.values());
    }

    /** Returns whether the database refuses the rates that have no column, with a message that contains a text. */
    private static boolean isRefused(Connection connection, String message, Hours hours, List<Rate> rates)
            throws SQLException {
        List<String> rows = new ArrayList<>();
        for (Rate rate : rates) {
            boolean isDefault = rate.unit()
                    .defaultWhole(whole -> rates.stream()
                            .anyMatch(other -> other.unit() == whole
                                    && other.terms().equals(rate.terms())
                                    && other.price() != null))
                    .filter(whole -> whole == rate.chargedAs())
                    .isPresent();
            if (!RateSet.hasColumn(rate)) {
                rows.add("('00000000-0000-0000-0000-000000000001', '" + rate.serviceTier() + "', '" + rate.unit()
                        + "', 0, " + rate.price() + ", '" + rate.variant() + "', '"
                        + rate.terms().region() + "', '" + rate.terms().hours() + "', "
                        + (rate.chargedAs() == null || isDefault ? "null" : "'" + rate.chargedAs() + "'") + ")");
            }
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("insert into model_pricing_rate_set (id, hours) values"
                    + " ('00000000-0000-0000-0000-000000000001', "
                    + (hours.isEmpty() ? "null" : "'" + StoredHours.json(hours) + "'") + ")");
            statement.execute("insert into model_pricing_card_rate values " + String.join(", ", rows));
            return false;
        } catch (SQLException e) {
            assertThat(e.getMessage()).contains(message);
            return true;
        } finally {
            connection.rollback();
        }
    }

    @Test
    void databaseRefusesTheHoursThatTheLibraryRefusesAndNoOthers() throws SQLException {
        List<String> windows = List.of(
                "daily 00:00-24:00",
                "daily 16:30-00:30",
                "daily 00:30-16:30",
                "mon-sun 00:30-16:30",
                "mon 00:00-mon 00:00",
                "mon-fri 08:00-18:00",
                "mon-thu 18:00-08:00",
                "fri 18:00-mon 08:00",
                "fri 18:00-fri 18:00",
                "sat-mon 12:00-12:00",
                "tue-fri 12:00-12:00",
                "mon 12:00-sat 12:00",
                "sat 12:00-mon 12:00",
                "thu-wed 24:00-01:00",
                "sun 24:00-fri 24:00",
                "fri 24:00-sun 24:00",
                "daily",
                "daily 00:00-24:01",
                "Daily 00:00-24:00",
                " daily 00:00-24:00 ",
                "daily 0:00-24:00",
                "mon-fri",
                "mon 08:00",
                "daily 24:00-24:00",
                "daily 24:00-12:00",
                "mon-tue 08:00-wed 08:00",
                "daily 08:00-wed 08:00",
                "daily 08:60-07:60",
                "",
                "daily 00:00-24:00,",
                "daily  00:00-24:00",
                "sat 24:00-sun 24:00",
                "mon 00:00-sun 00:00",
                "sun 00:00-00:00");
        List<List<String>> cases =
                new ArrayList<>(windows.stream().map(List::of).toList());
        windows.forEach(a -> windows.forEach(b -> cases.add(List.of(a, b))));
        int accepted = 0;
        try (Connection connection = database.database().dataSource().getConnection();
                PreparedStatement insert = connection.prepareStatement(
                        "insert into model_pricing_rate_set (id, hours) values (gen_random_uuid(), ?::jsonb)")) {
            for (List<String> texts : cases) {
                for (boolean isOneName : new boolean[] {true, false}) {
                    Map<String, String> hours = isOneName
                            ? Map.of("any", String.join(", ", texts))
                            : Map.of("a", texts.get(0), "b", texts.get(texts.size() - 1));
                    insert.setString(
                            1,
                            hours.entrySet().stream()
                                    .map(entry -> "\"" + entry.getKey() + "\":\"" + entry.getValue() + "\"")
                                    .collect(joining(",", "{", "}")));
                    boolean isRefused = false;
                    try {
                        insert.execute();
                    } catch (PSQLException e) {
                        isRefused = true;
                        assertThat(e.getMessage())
                                .as(hours.toString())
                                .containsAnyOf("is not a window of the week", "overlaps other hours", "cover");
                        assertThat(e.getServerErrorMessage().getHint()).isNotEmpty();
                    }
                    boolean isRefusedByLibrary = false;
                    try {
                        Hours.parse(hours);
                    } catch (IllegalArgumentException e) {
                        isRefusedByLibrary = true;
                    }
                    assertThat(isRefused).as(hours.toString()).isEqualTo(isRefusedByLibrary);
                    accepted += isRefused ? 0 : 1;
                }
            }
        }
        assertThat(accepted).isGreaterThan(20);
    }

    @Test
    void errorsOfHoursNameTheWindowAndTheMinute() {
        String any = "'standard', 'cache_read', '', '', '', 0, 1, null";
        assertThatThrownBy(() -> insertRate("{\"day\": \"daily 08:00-18:00\", \"night\": \"daily 18:00-07:59\"}", any))
                .hasMessageContaining("no hours of rate set 00000000-0000-0000-0000-000000000001 cover mon 07:59");
        assertThatThrownBy(() -> insertRate("{\"day\": \"daily 08:00-18:00\", \"night\": \"daily 17:59-08:00\"}", any))
                .hasMessageContaining("\"daily 17:59-08:00\" of the hours night")
                .hasMessageContaining("overlaps other hours at mon 17:59");
        assertThatThrownBy(() -> insertRate("{\"day\": \"dayly 08:00-18:00\"}", any))
                .hasMessageContaining("\"dayly 08:00-18:00\" of the hours day")
                .hasMessageContaining("is not a window of the week");
        assertThatThrownBy(() -> insertRate("{\"Day\": \"daily 00:00-24:00\"}", any))
                .hasMessageContaining("\"Day\" of rate set");
        assertThatThrownBy(() -> insertRate("{\"day\": null, \"night\": \"daily 00:00-24:00\"}", any))
                .hasMessageContaining("\"\" of the hours day");
    }

    @Test
    void columnAndRateCannotBothPriceAUnit() {
        ModelId model = database.model("openai", "text");
        repository.upsert(
                update(model, RateCard.of(as("input", "text_input"), rate("text_input", "1"), rate("output", "2")), T1),
                SYNC);
        ModelPricing before = find(model);
        for (String write : List.of(
                "update model_pricing set price_per_input_token = 0.5",
                "update model_pricing set price_per_output_token = null, price_per_input_token = 0",
                "insert into model_pricing_announcement (model_id, valid_from, pricing_type, price_per_input_token,"
                        + " rate_set_id, pricing_source, observed_at, actor) select model_id, '2100-01-01',"
                        + " pricing_type, 0.5, rate_set_id, pricing_source, now(), 'ada' from model_pricing")) {
            assertThatThrownBy(() -> database.sql(write))
                    .as(write)
                    .hasMessageContaining("model " + model + " cannot have a price in a column beside the rate input"
                            + " charged as text_input");
        }
        database.sql("update model_pricing set price_per_output_token = 0.5");
        assertThat(card(find(model)).rates()).hasSize(3);
        assertThat(find(model)).isNotEqualTo(before);
    }

    @Test
    void storedCardChargesByTierRegionHoursVariantAndChain() {
        ModelId model = database.model("openai", "terms");
        repository.upsert(update(model, EVERYTHING, T1), SYNC);
        Instant byDay = Instant.parse("2026-01-02T00:30:00Z");
        Instant byNight = byDay.minusNanos(1);

        assertThat(total(model, Usage.inclusive().input(100_000), byDay)).isEqualTo("1");
        assertThat(total(model, Usage.inclusive().input(100_000), byNight)).isEqualTo("0.5");
        assertThat(total(model, Usage.inclusive().input(200_001), byDay)).isEqualTo("4.00002");
        assertThat(total(model, Usage.inclusive().input(100_000).region("eu"), byDay))
                .isEqualTo("1.1");
        assertThat(total(model, Usage.inclusive().input(100_000).region("eu"), byNight))
                .isEqualTo("0.6");
        assertThat(total(model, Usage.inclusive().input(100_000).region("us"), byNight))
                .isEqualTo("0.5");
        Usage.Builder fast = Usage.inclusive().serviceTier(ServiceTier.FAST);
        assertThat(total(model, fast.input(100_000), byNight)).isEqualTo("3");
        assertThat(total(model, fast.input(128_000), byNight)).isEqualTo("5.12");
        assertThat(total(model, fast.region("eu"), byNight)).isEqualTo("4.224");
        assertThat(total(model, Usage.inclusive().output(100_000).serviceTier(ServiceTier.BATCH), byDay))
                .isEqualTo("0.7");
        Usage.Builder written = Usage.inclusive().input(100_000).cacheWrite1h(100_000);
        assertThat(total(model, written, byNight)).isEqualTo("0.5");
        assertThat(total(model, written.region("eu"), byNight)).isEqualTo("0.1");
        assertThat(total(model, searches("high"), byDay)).isEqualTo("0.1");
        assertThat(total(model, searches("low"), byDay)).isEqualTo("0.07");
        assertThat(total(model, searches("high").region("eu"), byDay)).isEqualTo("0.12");
        BillingUnit video = BillingUnit.VIDEO_OUTPUT_MS;
        assertThat(total(model, Usage.inclusive().count(video, "1080p", 1_000), byDay))
                .isEqualTo("0.08");
        assertThat(total(model, Usage.inclusive().count(video, "720p", 1_000), byDay))
                .isEqualTo("0.002");
    }

    private static Usage.Builder searches(String size) {
        return Usage.inclusive().count(BillingUnit.WEB_SEARCH, size, 2);
    }

    private String total(ModelId model, Usage.Builder usage, Instant at) {
        return find(model)
                .quote()
                .cost(usage.build(), at)
                .orElseThrow()
                .total()
                .stripTrailingZeros()
                .toPlainString();
    }
}
