package io.modelpricing.compat.survival;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.Attribution;
import io.modelpricing.ModelId;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.compat.ColumnTypes;
import io.modelpricing.compat.Contract;
import io.modelpricing.compat.Declarations;
import io.modelpricing.compat.Declarations.Scope;
import io.modelpricing.compat.LegacyUnit;
import io.modelpricing.compat.Populate;
import io.modelpricing.compat.Rollback;
import io.modelpricing.compat.StepResult;
import io.modelpricing.compat.Verify;
import io.modelpricing.compat.Zero;
import io.modelpricing.jooq.JooqPricingRepository;
import io.modelpricing.testing.ThrowawayPostgres;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Contract and rollback on random prices and units. {@code -Dpricing.round.trips=100} sets the number of rounds. */
@Tag("once")
class RoundTripTest {

    private static final int ROUNDS = Integer.getInteger("pricing.round.trips", 10);
    private static final long SEED = Long.getLong("pricing.round.seed", 20_260_102L);
    private static final Scope ALL = new Scope.All();
    private static LiveDatabase expanded;

    @BeforeAll
    static void expand() {
        expanded = LiveDatabase.legacy(ThrowawayPostgres.shared());
        MigrationStep.EXPAND.run(expanded.dataSource());
        expanded.sql("""
                do $$
                declare
                    mentions regprocedure;
                begin
                    for mentions in
                        select oid from pg_proc
                        where pronamespace = 'public'::regnamespace and prosrc ~ '\\mpricing_(prompt|completion|image|request|tiers)\\M'
                    loop
                        execute format('drop function %s', mentions);
                    end loop;
                end
                $$
                """);
    }

    @AfterAll
    static void close() {
        expanded.close();
    }

    @Test
    void repeatedContractAndRollbackRestoreEveryCellExactly() {
        for (int round = 0; round < ROUNDS; round++) {
            Random random = new Random(SEED + round);
            try (LiveDatabase live =
                    new LiveDatabase(ThrowawayPostgres.shared().createDatabase(expanded.throwaway()))) {
                List<String> models = models(live, random);
                new Populate(live.ctx()).run(declarations(random), Attribution.by("round"));
                MigrationStep.POPULATE.settle(live);
                // The cells of accepted quarantine entries show the decided price, not the original.
                assertThat(cells(live)).as("seed %s", SEED + round).isEqualTo(models);

                State populated = State.withTimes(live.pool());
                applied(new Contract(live.ctx()).run(Attribution.by("round")));
                State contracted = State.withTimes(live.pool());
                applied(new Rollback(live.ctx(), ColumnTypes.ORIGINAL).run(Attribution.by("round")));
                same(State.withTimes(live.pool()), populated, SEED + round);
                applied(new Contract(live.ctx()).run(Attribution.by("round")));
                same(State.withTimes(live.pool()), contracted, SEED + round);
                assertThat(new Verify(live.ctx()).run().findings()).isEmpty();
            }
        }
        System.out.printf("%d round trips from seed %d%n", ROUNDS, SEED);
    }

    @Test
    void rollbackConvertsChangedPricesAndRestoresTheOthers() {
        for (int round = 0; round < Math.max(3, ROUNDS / 5); round++) {
            Random random = new Random(SEED - 1 - round);
            try (LiveDatabase live =
                    new LiveDatabase(ThrowawayPostgres.shared().createDatabase(expanded.throwaway()))) {
                models(live, random);
                new Populate(live.ctx())
                        .run(
                                declarations(random).tokens(new Scope.Provider("bolt"), LegacyUnit.PER_MILLION),
                                Attribution.by("round"));
                MigrationStep.POPULATE.settle(live);
                Map<Long, String> cells = byModel(live);
                applied(new Contract(live.ctx()).run(Attribution.by("round")));

                List<String> ofBolt = live.texts("select id from models where provider_id = 2 order by id");
                for (String id : ofBolt.subList(0, 5)) {
                    BigDecimal prompt = BigDecimal.valueOf(1 + random.nextInt(1_000_000), 10);
                    BigDecimal completion = BigDecimal.valueOf(1 + random.nextInt(1_000_000), 7);
                    new JooqPricingRepository(live.ctx())
                            .upsert(
                                    new PriceUpdate(
                                            new ModelId(Long.parseLong(id)),
                                            Pricing.paid(Price.perMillion(prompt), Price.perMillion(completion)),
                                            PricingSource.PROVIDER,
                                            Instant.now()),
                                    Attribution.by("round"));
                    cells.put(
                            Long.valueOf(id), id + "|" + prompt.setScale(10) + "|" + completion.setScale(10) + "|-|-");
                }
                assertThat(new Verify(live.ctx()).run().findings()).isEmpty();
                applied(new Rollback(live.ctx(), ColumnTypes.ORIGINAL).run(Attribution.by("round")));
                assertThat(byModel(live)).isEqualTo(cells);
                assertThat(new Verify(live.ctx()).run().findings()).isEmpty();
            }
        }
    }

    private static void applied(StepResult result) {
        assertThat(result.refused()).isEmpty();
        assertThat(result.applied()).isTrue();
    }

    private static void same(State is, State was, long seed) {
        is.parts().remove("rows of legacy_price_step");
        was.parts().remove("rows of legacy_price_step");
        assertThat(was.differs(is)).as("seed %s", seed).isEmpty();
        assertThat(is).isEqualTo(was);
    }

    private static Declarations declarations(Random random) {
        List<LegacyUnit> units = List.of(LegacyUnit.PER_TOKEN, LegacyUnit.PER_THOUSAND, LegacyUnit.PER_MILLION);
        return Declarations.none()
                .tokens(ALL, units.get(random.nextInt(3)))
                .tokens(new Scope.Provider("acme"), units.get(random.nextInt(3)))
                .image(ALL, random.nextBoolean() ? LegacyUnit.PER_IMAGE : units.get(random.nextInt(3)))
                .request(ALL, LegacyUnit.PER_REQUEST)
                .zero(ALL, random.nextBoolean() ? Zero.FREE : Zero.UNKNOWN);
    }

    private static List<String> models(LiveDatabase live, Random random) {
        StringBuilder values = new StringBuilder();
        int count = 20 + random.nextInt(40);
        for (int i = 1; i <= count; i++) {
            boolean isDynamic = random.nextInt(10) == 0;
            values.append(i == 1 ? "" : ", ")
                    .append("(")
                    .append(i <= 5 ? "2" : List.of("1", "2", "null").get(random.nextInt(3)));
            values.append(", 'm")
                    .append(random.nextInt(5))
                    .append("', 'M', 'm")
                    .append(i)
                    .append("'");
            IntStream.range(0, 4).forEach(column -> values.append(", ").append(cell(random, isDynamic)));
            values.append(", now() - interval '").append(random.nextInt(10_000)).append(" seconds')");
        }
        live.sql("insert into models (provider_id, model_id, model_name, provider_model_id,"
                + " pricing_prompt, pricing_completion, pricing_image, pricing_request, updated_at) values " + values);
        return cells(live);
    }

    private static String cell(Random random, boolean isDynamic) {
        return switch (random.nextInt(5)) {
            case 0 -> "null";
            case 1 -> "0";
            case 2 -> isDynamic ? "-1" : "null";
            // Up to 10 digits before and 10 after the decimal point, as the column can hold.
            case 3 ->
                isDynamic ? "-1" : new BigDecimal(new BigInteger(1 + random.nextInt(66), random), 10).toPlainString();
            default ->
                isDynamic
                        ? "null"
                        : BigDecimal.valueOf(1 + random.nextInt(1000), random.nextInt(11))
                                .toPlainString();
        };
    }

    private static List<String> cells(LiveDatabase live) {
        return live.texts(
                "select concat_ws('|', id, coalesce(pricing_prompt::text, '-'), coalesce(pricing_completion::text, '-'),"
                        + " coalesce(pricing_image::text, '-'), coalesce(pricing_request::text, '-')) from models order by id");
    }

    private static Map<Long, String> byModel(LiveDatabase live) {
        Map<Long, String> cells = new TreeMap<>();
        cells(live).forEach(text -> cells.put(Long.valueOf(text.substring(0, text.indexOf('|'))), text));
        return cells;
    }
}
