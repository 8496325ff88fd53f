package io.modelpricing.cli.demo;

import static io.modelpricing.cli.demo.DemoPage.columns;
import static io.modelpricing.cli.demo.DemoPage.count;
import static io.modelpricing.cli.demo.DemoPage.usd;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.modelpricing.ProviderModelId;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.compat.LegacyColumn;
import io.modelpricing.compat.LegacyUnit;
import io.modelpricing.testing.ThrowawayPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Creates the legacy database: prices in four columns without a unit, and a month of requests without a cost. */
final class LegacyDatabaseChapter implements DemoChapter {

    private static final List<ProviderModelId> SHOWN = List.of(
            new ProviderModelId("anthropic", "claude-sonnet-4-5-20250929"),
            new ProviderModelId("bedrock", "anthropic.claude-sonnet-4-5-20250929-v1:0"),
            new ProviderModelId("openrouter", "anthropic/claude-sonnet-4.5"),
            new ProviderModelId("openai", "gpt-5-mini"),
            new ProviderModelId("groq", "llama-3.1-8b-instant"),
            new ProviderModelId("bedrock", "amazon.nova-lite-v1:0"));

    private final long seed;
    private final int requests;

    LegacyDatabaseChapter(long seed, int requests) {
        this.seed = seed;
        this.requests = requests;
    }

    @Override
    public String title() {
        return "The legacy database";
    }

    @Override
    public void tell(DemoStage stage) {
        DemoData data = stage.data();
        DemoPage page = stage.page();
        page.step(
                "Creating providers and models with four price columns",
                () -> insertModels(stage.ctx(), data),
                models -> count(models) + " models");
        page.step(
                "Creating a month of chat requests, seed " + seed,
                () -> new DemoTraffic(seed, data.offerings())
                        .insert(stage.ctx(), requests)
                        .execute(),
                created -> count(created) + " requests, none with a cost");
        stage.rememberLegacyPrices();

        page.say(
                "One column holds prices in three units and does not record which. A rule of thumb guesses the unit from the"
                        + " size of the number: >= 1 is per million, >= 0.001 per thousand, less per token. It is often"
                        + " wrong:");
        TextTable table = new TextTable(columns(2, 5));
        table.row("model", "provider", "pricing_prompt", "actual unit", "$ per 1M", "by the rule", "wrong by");
        Map<ProviderModelId, Map<LegacyColumn, BigDecimal>> legacy = stage.legacyPrices();
        for (DemoData.Offering offering : data.offerings()) {
            if (SHOWN.contains(offering.id())) {
                BigDecimal stored = Objects.requireNonNull(
                        Objects.requireNonNull(legacy.get(offering.id())).get(LegacyColumn.PROMPT));
                LegacyUnit unit = Objects.requireNonNull(
                                data.providers().get(offering.id().provider()))
                        .unit();
                BigDecimal published = Objects.requireNonNull(data.published(offering)
                                .orElseThrow()
                                .rates()
                                .get(0)
                                .price())
                        .usdPerMillion();
                BigDecimal guessed = UnitGuess.perToken(stored).movePointRight(6);
                table.row(
                        offering.canonicalId().value(),
                        offering.id().provider(),
                        stored.toPlainString(),
                        unit.id(),
                        usd(published),
                        usd(guessed.stripTrailingZeros()),
                        factor(guessed, published));
            }
        }
        page.table(table);
    }

    static String factor(BigDecimal wrong, BigDecimal right) {
        BigDecimal factor = wrong.divide(right, 0, RoundingMode.HALF_EVEN);
        return wrong.compareTo(right) == 0 ? "-" : "x " + count(factor.longValueExact());
    }

    private static int insertModels(DSLContext ctx, DemoData data) {
        ctx.execute(legacySchema());
        List<DemoData.Provider> providers = List.copyOf(data.providers().values());
        ctx.query(
                        """
                        insert into providers (slug, name, health_status, average_response_time_ms)
                        select * from unnest({0}, {1}, {2}, {3}) as p (slug, name, health, response_ms)
                        order by slug
                        """,
                        texts(providers, DemoData.Provider::slug),
                        texts(providers, DemoData.Provider::name),
                        texts(providers, DemoData.Provider::health),
                        numbers(providers, DemoData.Provider::responseMs))
                .execute();
        List<DemoData.Offering> offerings = data.offerings();
        return ctx.query(
                        """
                        insert into models (
                            provider_id, model_id, model_name, provider_model_id, context_length, modality, is_active,
                            pricing_prompt, pricing_completion, pricing_image, pricing_request)
                        select
                            p.id, m.canonical_id, m.name, m.id, m.context_length, m.modality, m.is_active::boolean,
                            m.prompt::numeric, m.completion::numeric, m.image::numeric, m.request::numeric
                        from unnest({0}, {1}, {2}, {3}, {4}, {5}, {6}, {7}, {8}, {9}, {10}) with ordinality as m (
                            provider, canonical_id, name, id, context_length, modality, is_active, prompt, completion, image,
                            request, number)
                        join providers p on p.slug = m.provider
                        order by m.number
                        """,
                        texts(offerings, offering -> offering.id().provider()),
                        texts(offerings, offering -> offering.canonicalId().value()),
                        texts(offerings, DemoData.Offering::name),
                        texts(offerings, offering -> offering.id().modelId()),
                        numbers(offerings, DemoData.Offering::contextLength),
                        texts(offerings, DemoData.Offering::modality),
                        texts(offerings, offering -> Boolean.toString(offering.isActive())),
                        texts(offerings, offering -> offering.cells().get(LegacyColumn.PROMPT)),
                        texts(offerings, offering -> offering.cells().get(LegacyColumn.COMPLETION)),
                        texts(offerings, offering -> offering.cells().get(LegacyColumn.IMAGE)),
                        texts(offerings, offering -> offering.cells().get(LegacyColumn.REQUEST)))
                .execute();
    }

    private static String legacySchema() {
        try (InputStream sql = ThrowawayPostgres.class.getResourceAsStream("legacy.sql")) {
            return new String(Objects.requireNonNull(sql, "legacy.sql").readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> Field<?> texts(List<T> rows, Function<T, @Nullable String> cell) {
        return DSL.val(rows.stream().map(cell).toArray(String[]::new));
    }

    private static <T> Field<?> numbers(List<T> rows, Function<T, @Nullable Integer> cell) {
        return DSL.val(rows.stream().map(cell).toArray(Integer[]::new));
    }
}
