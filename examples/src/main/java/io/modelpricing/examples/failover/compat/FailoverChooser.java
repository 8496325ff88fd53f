package io.modelpricing.examples.failover.compat;

import static java.util.Objects.requireNonNull;
import static org.jooq.impl.DSL.val;

import io.modelpricing.ModelId;
import io.modelpricing.compat.LegacyPrices;
import io.modelpricing.compat.LegacyPricingRepository;
import io.modelpricing.compat.ModelDeclarations;
import io.modelpricing.jooq.JooqPricingRepository;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** Orders the providers of a model for failover: by health, then response time, then price. */
public final class FailoverChooser {

    private final DSLContext ctx;
    private final LegacyPricingRepository prices;

    public FailoverChooser(DSLContext ctx) {
        this.ctx = ctx;
        prices = new LegacyPricingRepository(new JooqPricingRepository(ctx), ModelDeclarations.stored(ctx));
    }

    private record Candidate(
            ModelId model,
            String provider,
            String health,
            @Nullable Integer responseTimeMs) {}

    /** Returns the slugs of the providers, best first. */
    public List<String> providersOf(String model) {
        List<Candidate> candidates = candidates(model);
        Map<ModelId, LegacyPrices> priced =
                prices.findAll(candidates.stream().map(Candidate::model).toList());
        return candidates.stream()
                .sorted(Comparator.comparing(FailoverChooser::health)
                        .thenComparing(FailoverChooser::responseTime)
                        .thenComparing(
                                candidate -> requireNonNull(priced.get(candidate.model()))
                                        .pricingPrompt(),
                                Comparator.nullsLast(Comparator.naturalOrder())))
                .map(Candidate::provider)
                .toList();
    }

    private List<Candidate> candidates(String model) {
        return ctx.fetch("""
                        select m.id, p.slug, p.health_status, p.average_response_time_ms
                        from models m
                        join providers p on p.id = m.provider_id
                        where m.model_id = {0} and m.is_active and p.is_active
                        order by p.slug
                        """, val(model))
                .map(row -> new Candidate(
                        new ModelId(row.get(0, Long.class)),
                        row.get(1, String.class),
                        row.get(2, String.class),
                        row.get(3, Integer.class)));
    }

    private static int health(Candidate candidate) {
        return switch (candidate.health()) {
            case "healthy" -> 0;
            case "degraded" -> 1;
            default -> 2;
        };
    }

    private static int responseTime(Candidate candidate) {
        Integer responseTime = candidate.responseTimeMs();
        return responseTime == null ? 9999 : responseTime;
    }
}
