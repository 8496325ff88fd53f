package io.modelpricing.jooq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.ModelPricing;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingRepository;
import io.modelpricing.PricingSource;
import io.modelpricing.ProviderModelId;
import io.modelpricing.Quote;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.UpsertOutcome;
import io.modelpricing.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jooq.DSLContext;
import org.junit.jupiter.api.Test;

/** The Java examples of the pages for users are the code below, which is compiled and run. */
class ReadmeTest {

    private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @Test
    void theExampleOfTheReadmeWorks() {
        try (PricingDatabase database = PricingDatabase.expanded().provider("openai")) {
            database.model("openai", "gpt-4o");
            Instant seenAt = Instant.parse("2026-11-22T00:00:00Z");

            assertThat(readme(database.ctx(), seenAt)).isEqualTo("no price at all: never_known INSERTED");
            assertThat(readme(database.ctx(), seenAt))
                    .startsWith("cost $0.00525000 = [LineItem[unit=input, quantity=200");
        }
    }

    private static String readme(DSLContext ctx, Instant seenAt) {
        // example README.md
        PricingRepository prices = new JooqPricingRepository(ctx);

        ModelPricing price =
                prices.find(new ProviderModelId("openai", "gpt-4o")).orElseThrow();
        Quote quote = price.quote(); // fixed for this request, with its version

        Usage usage =
                Usage.inclusive().input(1_200).cacheRead(1_000).output(350).build();
        String answer = quote.cost(usage)
                .fold(
                        cost -> "cost $" + cost.total().toPlainString() + " = " + cost.lines(),
                        partial -> "no price for " + partial.unpriced(), // never 0, never a default
                        missing -> "no price at all: " + missing.reason());

        RateCard card = RateCard.of(Price.perMillion("2.50"), Price.perMillion("10"))
                .with(Rate.of(BillingUnit.CACHE_READ, Price.perMillion("1.25")));
        UpsertOutcome outcome = prices.upsert(
                new PriceUpdate(price.model(), new Pricing.Paid(card), PricingSource.PROVIDER, seenAt),
                Attribution.by("api_sync:openai"));
        // end
        return answer + " " + outcome.result();
    }

    @Test
    void bothReportsOfTheSameRequestAreTheSameUsage() {
        assertThat(inclusive()).isEqualTo(exclusive());
    }

    private static Usage inclusive() {
        return
        // example docs/price-model.md
        Usage.inclusive().input(10_000).cacheRead(8_000).output(500).build(); // 10,000 in all, as OpenAI reports
        // end
    }

    private static Usage exclusive() {
        return
        // example docs/price-model.md
        Usage.exclusive().input(2_000).cacheRead(8_000).output(500).build(); // the same request, as Anthropic reports
        // end
    }

    @Test
    void thePagesShowThisCode() throws IOException {
        String source = read(Path.of("src/test/java/io/modelpricing/jooq/ReadmeTest.java"));
        for (String page : List.of("README.md", "docs/price-model.md")) {
            String shown = JAVA.matcher(read(Path.of("..").resolve(page)))
                    .results()
                    .map(block -> squeezed(block.group(1)))
                    .collect(joining());
            String compiled = Pattern.compile("// example " + Pattern.quote(page) + "\n(.*?)// end", Pattern.DOTALL)
                    .matcher(source)
                    .results()
                    .map(MatchResult::group)
                    .map(block -> block.lines()
                            .filter(line -> !line.contains("// example") && !line.contains("// end"))
                            .collect(joining("\n")))
                    .map(ReadmeTest::squeezed)
                    .collect(joining());
            assertThat(shown).as(page).isNotEmpty().isEqualTo(compiled);
        }
    }

    /** What is left of code without its layout. */
    private static String squeezed(String code) {
        return code.replaceAll("\\s+", "");
    }

    private static String read(Path path) throws IOException {
        return Files.readString(path, UTF_8);
    }
}
