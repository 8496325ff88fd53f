package io.modelpricing.cli.demo;

import static io.modelpricing.cli.demo.DemoPage.columns;
import static io.modelpricing.cli.demo.DemoPage.count;
import static io.modelpricing.cli.demo.DemoPage.decimals;
import static io.modelpricing.cli.demo.DemoPage.usd;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toList;

import io.modelpricing.BillingUnit;
import io.modelpricing.Cost;
import io.modelpricing.LineItem;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.PricingType;
import io.modelpricing.ProviderModelId;
import io.modelpricing.Usage;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.compat.LegacyColumn;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jooq.Record;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/** Calculates the cost of all requests, exactly and by the rule of thumb for units. */
final class CostsChapter implements DemoChapter {

    /** The largest request size up to which no price depends on the size. */
    private static final long FLAT_INPUT = 200_000;

    /** A request that used tokens, with its cost. */
    private record Billed(ProviderModelId model, Usage usage, Cost cost, BigDecimal guessed) {

        BigDecimal total() {
            return cost.fold(Cost.Complete::total, incomplete -> BigDecimal.ZERO, missing -> BigDecimal.ZERO);
        }

        boolean isComplete() {
            return cost instanceof Cost.Complete;
        }
    }

    /** The requests of one provider. */
    private static final class Bill {

        private long requests;
        private long input;
        private long output;
        private long unpriced;
        private BigDecimal total = BigDecimal.ZERO;
        private BigDecimal guessed = BigDecimal.ZERO;

        void add(Billed request) {
            requests++;
            input += request.usage().count(BillingUnit.INPUT);
            output += request.usage().count(BillingUnit.OUTPUT);
            unpriced += request.isComplete() ? 0 : 1;
            total = total.add(request.total());
            guessed = guessed.add(request.guessed());
        }

        String[] row(String name, int decimals) {
            return new String[] {
                name,
                count(requests),
                count(input),
                count(output),
                usd(total, decimals),
                unpriced == 0 ? "" : count(unpriced),
                usd(guessed.setScale(2, RoundingMode.HALF_EVEN))
            };
        }
    }

    @Override
    public String title() {
        return "Costs: what the requests cost, exactly";
    }

    @Override
    public void tell(DemoStage stage) {
        DemoPage page = stage.page();
        int all = stage.ctx().fetchCount(DSL.table("chat_completion_requests"));
        List<Billed> billed = page.step(
                "Costing the requests at current prices",
                () -> bill(stage),
                done -> count(done.size()) + " costed; " + count(all - done.size()) + " failed and used no tokens");
        Map<String, Bill> byProvider = new TreeMap<>();
        Bill sum = new Bill();
        for (Billed request : billed) {
            byProvider
                    .computeIfAbsent(request.model().provider(), slug -> new Bill())
                    .add(request);
            sum.add(request);
        }
        List<BigDecimal> totals =
                byProvider.values().stream().map(bill -> bill.total).collect(toList());
        int decimals = decimals(totals);
        TextTable table = new TextTable(columns(1, 6));
        table.row("provider", "requests", "input", "output", "exact cost", "unpriced", "by the rule of thumb");
        byProvider.forEach((slug, bill) -> table.row(bill.row(slug, decimals)));
        table.row(sum.row("all", decimals));
        page.table(table);
        sayUnpriced(page, billed);
        page.say(
                "The rule of thumb would have billed %s, %s times as much, and $0 for %d requests whose cost is unknown.",
                usd(sum.guessed.setScale(2, RoundingMode.HALF_EVEN)),
                sum.total.signum() == 0
                        ? "infinitely many"
                        : sum.guessed
                                .divide(sum.total, 1, RoundingMode.HALF_EVEN)
                                .toPlainString(),
                billed.stream()
                        .filter(request ->
                                !request.isComplete() && request.guessed().signum() == 0)
                        .count());

        page.claim(
                billed.stream().allMatch(CostsChapter::addsUp),
                "line items sum to the total, and so do input and output costs: %s requests",
                count(billed.size()));
        page.claim(
                totals.stream().reduce(BigDecimal.ZERO, BigDecimal::add).compareTo(sum.total) == 0,
                "the totals of the providers sum to the total of all requests, %s",
                usd(sum.total));
        claimSql(stage, billed);
        page.claim(
                billed.stream().noneMatch(CostsChapter::isWronglyFree),
                "no unknown price became $0: %s requests have no cost and name the missing prices",
                count(sum.unpriced));
    }

    private static List<Billed> bill(DemoStage stage) {
        Map<ModelId, ProviderModelId> names = stage.names();
        Map<ModelId, ModelPricing> prices = stage.prices().findAll(names.keySet());
        Map<ProviderModelId, Map<LegacyColumn, BigDecimal>> legacy = stage.legacyPrices();
        List<Billed> billed = new ArrayList<>();
        for (Record row : stage.ctx().fetch("""
                        select model_id, input_tokens, output_tokens
                        from chat_completion_requests
                        where status in ('completed', 'partial')
                        order by created_at, request_id
                        """)) {
            ModelId model = new ModelId(((Number) row.get(0)).longValue());
            Usage usage = Usage.of(((Number) row.get(1)).longValue(), ((Number) row.get(2)).longValue());
            ProviderModelId name = Objects.requireNonNull(names.get(model));
            Cost cost = Objects.requireNonNull(prices.get(model)).quote().cost(usage);
            billed.add(new Billed(name, usage, cost, guess(Objects.requireNonNull(legacy.get(name)), usage)));
        }
        return billed;
    }

    /** Returns the cost by the rule of thumb, which treats unknown and dynamic prices as zero. */
    private static BigDecimal guess(Map<LegacyColumn, BigDecimal> legacy, Usage usage) {
        BigDecimal zero = BigDecimal.ZERO;
        BigDecimal input = UnitGuess.perToken(
                legacy.getOrDefault(LegacyColumn.PROMPT, zero).max(zero));
        BigDecimal output = UnitGuess.perToken(
                legacy.getOrDefault(LegacyColumn.COMPLETION, zero).max(zero));
        return input.multiply(BigDecimal.valueOf(usage.count(BillingUnit.INPUT)))
                .add(output.multiply(BigDecimal.valueOf(usage.count(BillingUnit.OUTPUT))))
                .add(legacy.getOrDefault(LegacyColumn.REQUEST, zero).max(zero));
    }

    private static void sayUnpriced(DemoPage page, List<Billed> billed) {
        Set<BillingUnit> units = new TreeSet<>();
        Map<String, Integer> models = new TreeMap<>();
        int incomplete = 0;
        int missing = 0;
        for (Billed request : billed) {
            if (request.cost() instanceof Cost.Incomplete cost) {
                incomplete++;
                units.addAll(cost.unpriced());
                models.merge(request.model().toString(), 1, Integer::sum);
            } else if (request.cost() instanceof Cost.Missing) {
                missing++;
                models.merge(request.model().toString(), 1, Integer::sum);
            }
        }
        page.say(
                "Complete: %s. Incomplete: %s, because their models have no price for %s. Missing: %s, because their models"
                        + " have no price. Requests without a cost by model: %s.",
                count(billed.size() - incomplete - missing),
                count(incomplete),
                units.stream().map(BillingUnit::id).collect(joining(", ")),
                count(missing),
                models.entrySet().stream()
                        .map(model -> model.getKey() + " " + model.getValue())
                        .collect(joining(", ")));
    }

    private static boolean addsUp(Billed request) {
        return request.cost()
                .fold(
                        cost -> cost.total().compareTo(sum(cost.lines().stream().map(LineItem::amount))) == 0
                                && cost.total().compareTo(cost.input().add(cost.output())) == 0,
                        incomplete -> true,
                        missing -> true);
    }

    private static boolean isWronglyFree(Billed request) {
        return request.isComplete()
                && request.total().signum() == 0
                && request.cost().quote().pricing().type() != PricingType.FREE;
    }

    private static BigDecimal sum(Stream<BigDecimal> amounts) {
        return amounts.reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    /** Compares the sum with one that PostgreSQL computes, which is exact and independent of this library. */
    private static void claimSql(DemoStage stage, List<Billed> billed) {
        BigDecimal bySql = stage.ctx().fetchSingle("""
                        select coalesce(sum(
                            r.input_tokens * p.price_per_input_token
                            + r.output_tokens * coalesce(p.price_per_output_token, 0)
                            + coalesce(p.price_per_request, 0)), 0)
                        from chat_completion_requests r
                        join model_pricing p on p.model_id = r.model_id
                        where r.status in ('completed', 'partial')
                          and r.input_tokens <= {0}
                          and p.price_per_input_token is not null
                          and (p.price_per_output_token is not null or r.output_tokens = 0)
                        """, DSL.inline(FLAT_INPUT)).get(0, SQLDataType.NUMERIC.getType());
        List<Billed> flat = billed.stream()
                .filter(request -> request.usage().count(BillingUnit.INPUT) <= FLAT_INPUT)
                .toList();
        stage.page()
                .claim(
                        sum(flat.stream().map(Billed::total)).compareTo(bySql) == 0,
                        "a sum computed by PostgreSQL agrees: %s for %s requests of up to %s input tokens",
                        usd(bySql),
                        count(flat.size()),
                        count(FLAT_INPUT));
    }
}
