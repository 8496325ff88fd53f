package io.modelpricing.examples.failover.offers;

import static io.modelpricing.offers.OfferFilter.active;
import static io.modelpricing.offers.Ranking.healthiest;

import io.modelpricing.CanonicalModelId;
import io.modelpricing.Usage;
import io.modelpricing.jooq.JooqOffers;
import io.modelpricing.offers.OfferRepository;
import io.modelpricing.offers.RankedOffers;
import java.time.Instant;
import java.util.List;
import org.jooq.DSLContext;

/** Orders the providers of a model for failover: by health, then response time, then the cost of the request. */
public final class FailoverChooser {

    private final OfferRepository offers;

    public FailoverChooser(DSLContext ctx) {
        offers = new JooqOffers(ctx);
    }

    /** Returns the slugs of the providers, best first. */
    public List<String> providersOf(String model, Usage expected) {
        RankedOffers ranked =
                offers.offersFor(new CanonicalModelId(model), active()).rank(healthiest(), expected, Instant.now());
        return ranked.ranked().stream().map(one -> one.offer().provider()).toList();
    }
}
