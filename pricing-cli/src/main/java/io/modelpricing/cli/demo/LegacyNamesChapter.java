package io.modelpricing.cli.demo;

import static io.modelpricing.cli.demo.DemoPage.columns;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING;

import io.modelpricing.ModelId;
import io.modelpricing.Price;
import io.modelpricing.ProviderModelId;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.compat.LegacyColumn;
import io.modelpricing.compat.LegacyPrices;
import io.modelpricing.compat.LegacyPricingRepository;
import io.modelpricing.compat.ModelDeclarations;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the new prices by their legacy names, for consumers that still use them. */
final class LegacyNamesChapter implements DemoChapter {

    private static final Set<ProviderModelId> SHOWN = Set.of(
            new ProviderModelId("anthropic", "claude-sonnet-4-5-20250929"),
            new ProviderModelId("bedrock", "anthropic.claude-sonnet-4-5-20250929-v1:0"),
            new ProviderModelId("openrouter", "anthropic/claude-sonnet-4.5"),
            new ProviderModelId("openrouter", "meta-llama/llama-3.3-70b-instruct:free"),
            new ProviderModelId("openrouter", "openrouter/auto"));

    @Override
    public String title() {
        return "Legacy names: what a legacy consumer reads";
    }

    @Override
    public void tell(DemoStage stage) {
        Map<ModelId, ProviderModelId> names = stage.names();
        Map<ModelId, LegacyPrices> compat = new LegacyPricingRepository(
                        stage.prices(), ModelDeclarations.stored(stage.ctx()))
                .findAll(names.keySet());
        Map<ModelId, @Nullable Price> rows = new HashMap<>();
        stage.ctx()
                .select(MODEL_PRICING.MODEL_ID, MODEL_PRICING.PRICE_PER_INPUT_TOKEN)
                .from(MODEL_PRICING)
                .forEach(row -> rows.put(row.value1(), row.value2()));
        Map<ProviderModelId, Map<LegacyColumn, BigDecimal>> legacy = stage.legacyPrices();
        TextTable table = new TextTable(columns(1, 3));
        table.row("model", "pricing_prompt", "LegacyPrices", "model_pricing");
        int matching = 0;
        for (Map.Entry<ModelId, ProviderModelId> model : names.entrySet()) {
            BigDecimal stored =
                    Objects.requireNonNull(legacy.get(model.getValue())).get(LegacyColumn.PROMPT);
            BigDecimal read = Objects.requireNonNull(compat.get(model.getKey())).pricingPrompt();
            Price row = rows.get(model.getKey());
            matching += Objects.equals(read == null ? null : Price.perToken(read), row) ? 1 : 0;
            if (SHOWN.contains(model.getValue())) {
                table.row(
                        model.getValue().toString(), plain(stored), plain(read), row == null ? "NULL" : row.toString());
            }
        }
        stage.page().table(table);
        stage.page()
                .say(
                        "LegacyPrices and model_pricing hold US dollars per token; an unknown price is null, neither 0 nor -1."
                                + " The Javadoc of LegacyPricingRepository lists the steps to PricingRepository.");
        stage.page()
                .claim(
                        matching == names.size(),
                        "the legacy name pricing_prompt reads the price of model_pricing: %d of %d models",
                        matching,
                        names.size());
    }

    private static String plain(@Nullable BigDecimal amount) {
        return amount == null ? "null" : amount.toPlainString();
    }
}
