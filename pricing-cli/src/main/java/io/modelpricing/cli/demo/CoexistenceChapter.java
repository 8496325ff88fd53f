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

/** An old service and a new one, each writing where it always has, and each seeing what the other wrote. */
final class CoexistenceChapter implements DemoChapter {

    private static final ProviderModelId BY_OLD = new ProviderModelId("bedrock", "amazon.nova-lite-v1:0");
    private static final ProviderModelId BY_NEW = new ProviderModelId("openrouter", "openai/gpt-5");

    @Override
    public String title() {
        return "While both worlds live: an old service writes, and a new one";
    }

    @Override
    public void tell(DemoStage stage) {
        DemoPage page = stage.page();
        PricingRepository prices = stage.prices();
        stage.countPriceChange(BY_OLD);
        page.step(
                "An old service lowers a price in its column of models",
                () -> stage.ctx().execute("""
                                update models m
                                set pricing_prompt = 0.00005
                                from providers p
                                where p.id = m.provider_id and p.slug = {0} and m.provider_model_id = {1}
                                """, DSL.val(BY_OLD.provider()), DSL.val(BY_OLD.modelId())),
                rows -> "done, by plain SQL");
        ModelPricing current = prices.find(BY_NEW).orElseThrow();
        Pricing exact = Pricing.paid(Price.perMillion("1.234567"), Price.perMillion("10"));
        stage.countPriceChange(BY_NEW);
        page.step(
                "A new service writes a price of more digits than a column has",
                () -> prices.upsert(
                        new PriceUpdate(current.model(), exact, new PricingSource("demo"), Instant.now()),
                        Attribution.by("demo:new_service").because("invented, to show both worlds")),
                outcome -> "done, by the library");

        String seenByNew = prompt(prices.find(BY_OLD).orElseThrow());
        String seenByOld = stage.legacyPrompt(BY_NEW);
        page.table(new TextTable(Column.LEFT, Column.LEFT, Column.RIGHT, Column.LEFT, Column.RIGHT)
                .row("model", "written to", "as", "and read from", "as")
                .row(BY_OLD.toString(), "models", stage.legacyPrompt(BY_OLD), "model_pricing", seenByNew)
                .row(
                        BY_NEW.toString(),
                        "model_pricing",
                        prompt(prices.find(BY_NEW).orElseThrow()),
                        "models",
                        seenByOld));
        page.say(
                "The one is read by its declared unit, for a thousand tokens, exactly. The other is rounded to the ten decimals"
                        + " of its column; that is on record, and verify knows it.");
        page.claim(
                seenByNew.equals("0.00000005"),
                "what an old service writes is read by its declared unit: 0.00005 per 1k is %s per token",
                seenByNew);
        page.claim(
                seenByOld.equals("0.0000012346")
                        && prices.find(BY_NEW).orElseThrow().pricing().equals(exact),
                "what a new service writes is shown to the old ones as %s, and stays exact",
                seenByOld);
    }

    private static String prompt(ModelPricing pricing) {
        return Objects.requireNonNull(
                        pricing.pricing().orElseThrow().rates().get(0).price())
                .usd()
                .toPlainString();
    }
}
