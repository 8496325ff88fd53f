package io.modelpricing.cli.demo;

import io.modelpricing.Attribution;
import io.modelpricing.ModelPricing;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingRepository;
import io.modelpricing.PricingSource;
import io.modelpricing.ProviderModelId;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.cli.output.TextTable.Column;
import java.time.Instant;
import java.util.Objects;
import org.jooq.impl.DSL;

/** A legacy service and a new service write prices to different places, and each reads what the other wrote. */
final class CoexistenceChapter implements DemoChapter {

    private static final ProviderModelId LEGACY_WRITTEN = new ProviderModelId("bedrock", "amazon.nova-lite-v1:0");
    private static final ProviderModelId NEWLY_WRITTEN = new ProviderModelId("openrouter", "openai/gpt-5");

    @Override
    public String title() {
        return "Coexistence: a legacy service and a new service both write";
    }

    @Override
    public void tell(DemoStage stage) {
        DemoPage page = stage.page();
        PricingRepository prices = stage.prices();
        stage.countPriceChange(LEGACY_WRITTEN);
        page.step(
                "A legacy service lowers a price in table models",
                () -> stage.ctx().execute("""
                                update models m
                                set pricing_prompt = 0.00005
                                from providers p
                                where p.id = m.provider_id and p.slug = {0} and m.provider_model_id = {1}
                                """, DSL.val(LEGACY_WRITTEN.provider()), DSL.val(LEGACY_WRITTEN.modelId())),
                rows -> "done, by plain SQL");
        ModelPricing current = prices.find(NEWLY_WRITTEN).orElseThrow();
        Pricing exact = Pricing.paid(Price.perMillion("1.234567"), Price.perMillion("10"));
        stage.countPriceChange(NEWLY_WRITTEN);
        page.step(
                "A new service writes more digits than the column holds",
                () -> prices.upsert(
                        new PriceUpdate(current.model(), exact, new PricingSource("demo"), Instant.now()),
                        Attribution.by("demo:new_service").because("invented, to show coexistence")),
                outcome -> "done, by the library");

        String readByNew = prompt(prices.find(LEGACY_WRITTEN).orElseThrow());
        String readByLegacy = stage.legacyPrompt(NEWLY_WRITTEN);
        page.table(new TextTable(Column.LEFT, Column.LEFT, Column.RIGHT, Column.LEFT, Column.RIGHT)
                .row("model", "written to", "value", "read from", "value")
                .row(
                        LEGACY_WRITTEN.toString(),
                        "models",
                        stage.legacyPrompt(LEGACY_WRITTEN),
                        "model_pricing",
                        readByNew)
                .row(
                        NEWLY_WRITTEN.toString(),
                        "model_pricing",
                        prompt(prices.find(NEWLY_WRITTEN).orElseThrow()),
                        "models",
                        readByLegacy));
        page.say(
                "The first price is read by its declared unit, per thousand tokens, exactly. The second is rounded to the ten"
                        + " decimals of its column; the rounding is recorded, so verify accepts it.");
        page.claim(
                readByNew.equals("0.00000005"),
                "a legacy write is read by its declared unit: 0.00005 per 1k is %s per token",
                readByNew);
        page.claim(
                readByLegacy.equals("0.0000012346")
                        && prices.find(NEWLY_WRITTEN).orElseThrow().pricing().equals(exact),
                "a new write appears as %s in the legacy column, and stays exact in model_pricing",
                readByLegacy);
    }

    private static String prompt(ModelPricing pricing) {
        return Objects.requireNonNull(
                        pricing.pricing().orElseThrow().rates().get(0).price())
                .usd()
                .toPlainString();
    }
}
