package io.modelpricing.examples.failover.legacy;

import static org.jooq.impl.DSL.val;

import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** Orders the providers of a model for failover: by health, then response time, then price. */
public final class FailoverChooser {

    private final DSLContext ctx;

    public FailoverChooser(DSLContext ctx) {
        this.ctx = ctx;
    }

    private record Candidate(
            String provider,
            String health,
            @Nullable Integer responseTimeMs,
            @Nullable BigDecimal price) {}

    /** Returns the slugs of the providers, best first. */
    public List<String> providersOf(String model) {
        return candidates(model).stream()
                .sorted(Comparator.comparing(FailoverChooser::health)
                        .thenComparing(FailoverChooser::responseTime)
                        .thenComparing(FailoverChooser::price))
                .map(Candidate::provider)
                .toList();
    }

    private List<Candidate> candidates(String model) {
        return ctx.fetch("""
                        select p.slug, p.health_status, p.average_response_time_ms, m.pricing_prompt
                        from models m
                        join providers p on p.id = m.provider_id
                        where m.model_id = {0} and m.is_active and p.is_active
                        order by p.slug
                        """, val(model))
                .map(row -> new Candidate(
                        row.get(0, String.class),
                        row.get(1, String.class),
                        row.get(2, Integer.class),
                        row.get(3, BigDecimal.class)));
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

    /** An unknown price counts as zero and therefore comes first. This error is a reason to migrate. */
    private static BigDecimal price(Candidate candidate) {
        BigDecimal price = candidate.price();
        return price == null ? BigDecimal.ZERO : price;
    }
}
