package io.modelpricing.cli.demo;

import static io.modelpricing.cli.demo.DemoPage.count;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import io.modelpricing.Attribution;
import io.modelpricing.ModelId;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.ProviderModelId;
import io.modelpricing.Rate;
import io.modelpricing.ServiceTier;
import io.modelpricing.UpsertOutcome;
import io.modelpricing.UpsertReport;
import io.modelpricing.compat.Declarations;
import io.modelpricing.compat.Declarations.Scope;
import io.modelpricing.compat.LegacyUnit;
import io.modelpricing.compat.Populate;
import io.modelpricing.compat.Zero;
import io.modelpricing.jooq.CatalogEntry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Copies the legacy prices by declared units, then adds rates that the legacy columns could not hold. */
final class PopulateChapter implements DemoChapter {

    private static final String UNDECLARED = "bedrock";

    @Override
    public String title() {
        return "Populate: copy the prices by declared units";
    }

    @Override
    public void tell(DemoStage stage) {
        DemoPage page = stage.page();
        Declarations almostAll = Declarations.none().request(new Scope.All(), LegacyUnit.PER_REQUEST);
        for (DemoData.Provider provider : stage.data().providers().values()) {
            if (!provider.slug().equals(UNDECLARED)) {
                almostAll = declare(almostAll, provider, stage.data());
            }
        }
        Populate.Result first = populate(stage, almostAll, "Populating without a declaration for " + UNDECLARED);
        Map<ModelId, ProviderModelId> names = stage.names();
        page.say(
                "Units are declared, never guessed, so %d cells of %d models are refused. The first reason: %s. The models:"
                        + " %s.",
                first.refused().size(),
                models(first.refused()).size(),
                first.refused().get(0).reason(),
                models(first.refused()).stream()
                        .map(model -> Objects.requireNonNull(names.get(model)).modelId())
                        .collect(joining(", ")));

        DemoData.Provider undeclared =
                Objects.requireNonNull(stage.data().providers().get(UNDECLARED));
        Populate.Result second = populate(
                stage,
                declare(almostAll, undeclared, stage.data()),
                "Populating again, with " + UNDECLARED + " " + undeclared.unit());
        page.claim(
                second.refused().isEmpty() && second.quarantined() == 0,
                "with every unit declared, populate refused no cell of %d models and guessed no unit",
                second.models());
        claimPublished(stage);
        addFurtherRates(stage, names);
    }

    private static Declarations declare(Declarations declared, DemoData.Provider provider, DemoData data) {
        Scope scope = new Scope.Provider(provider.slug());
        Declarations more = declared.tokens(scope, provider.unit());
        if (provider.imageUnit() != null) {
            more = more.image(scope, provider.imageUnit());
        }
        boolean hasFreeModel = data.offerings().stream()
                .anyMatch(offering ->
                        offering.id().provider().equals(provider.slug()) && offering.stated() == DemoData.Stated.FREE);
        return hasFreeModel ? more.zero(scope, Zero.FREE) : more;
    }

    private static Populate.Result populate(DemoStage stage, Declarations declared, String what) {
        stage.countPriceChange();
        return stage.page()
                .step(
                        what,
                        () -> new Populate(stage.ctx()).run(declared, Attribution.by("demo")),
                        result -> result.inserted() + " inserted, "
                                + result.refused().size() + " cells refused");
    }

    private static List<ModelId> models(List<Populate.RefusedCell> refused) {
        return refused.stream().map(Populate.RefusedCell::model).distinct().toList();
    }

    private static void claimPublished(DemoStage stage) {
        Map<ProviderModelId, CatalogEntry> catalog = stage.catalog();
        List<String> different = stage.data().offerings().stream()
                .filter(offering -> !stage.data()
                        .published(offering)
                        .equals(Objects.requireNonNull(catalog.get(offering.id()))
                                .pricing()))
                .map(offering -> offering.id().toString())
                .toList();
        stage.page()
                .claim(
                        different.isEmpty(),
                        "each of the %d models has its published price, digit by digit%s",
                        catalog.size(),
                        different.isEmpty() ? "" : ", but " + different.get(0));
    }

    private static void addFurtherRates(DemoStage stage, Map<ModelId, ProviderModelId> names) {
        Map<ProviderModelId, List<Rate>> further = stage.data().furtherRates().stream()
                .collect(groupingBy(DemoData.FurtherRate::model, mapping(DemoData.FurtherRate::rate, toList())));
        Instant now = Instant.now();
        List<PriceUpdate> updates = stage.prices().findAll(names.keySet()).values().stream()
                .filter(price -> further.containsKey(names.get(price.model())))
                .map(price -> {
                    ProviderModelId name = Objects.requireNonNull(names.get(price.model()));
                    Rate[] rates = Objects.requireNonNull(further.get(name)).toArray(Rate[]::new);
                    return new PriceUpdate(
                            price.model(),
                            new Pricing.Paid(price.pricing().orElseThrow().plus(rates)),
                            new PricingSource("price_list:" + name.provider()),
                            now);
                })
                .toList();
        stage.countPriceChange();
        UpsertReport result = stage.page()
                .step(
                        "Adding " + stage.data().furtherRates().size() + " rates that the columns could not hold",
                        () -> stage.prices()
                                .upsertAll(
                                        updates,
                                        Attribution.by("demo:price_lists")
                                                .because("cache, batch, audio and long-context rates")),
                        done -> done.count(UpsertOutcome.Result.UPDATED) + " models updated, "
                                + done.rejected().size() + " rejected");
        Map<String, Long> kinds = new TreeMap<>();
        stage.data().furtherRates().forEach(rate -> kinds.merge(kind(rate.rate()), 1L, Long::sum));
        stage.page()
                .say(
                        "By kind: %s.",
                        kinds.entrySet().stream()
                                .map(kind -> count(kind.getValue()) + " " + kind.getKey())
                                .collect(joining(", ")));
        stage.page()
                .claim(
                        result.count(UpsertOutcome.Result.UPDATED) == further.size(),
                        "cache, batch and long-context rates were added: %d rates of %d models",
                        stage.data().furtherRates().size(),
                        further.size());
    }

    private static String kind(Rate rate) {
        if (rate.fromInputTokens() > 0) {
            return "for long requests";
        }
        return rate.serviceTier() == ServiceTier.STANDARD
                ? rate.unit().id()
                : rate.serviceTier().id();
    }
}
