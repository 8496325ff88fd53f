package io.modelpricing.compat;

import static io.modelpricing.compat.LegacyUnit.PER_IMAGE;
import static io.modelpricing.compat.LegacyUnit.PER_MILLION;
import static io.modelpricing.compat.LegacyUnit.PER_REQUEST;
import static io.modelpricing.compat.LegacyUnit.PER_THOUSAND;
import static io.modelpricing.compat.LegacyUnit.PER_TOKEN;

import io.modelpricing.Attribution;
import io.modelpricing.ModelId;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.compat.Declarations.Scope;
import io.modelpricing.jooq.JooqPricingRepository;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Populated databases with models of every type, unit and provider, and prices that were written after populate. */
final class ManyModels {

    static final int COUNT = 360;

    private static final Declarations DECLARED = Declarations.none()
            .tokens(new Scope.All(), PER_MILLION)
            .image(new Scope.All(), PER_IMAGE)
            .request(new Scope.All(), PER_REQUEST)
            .zero(new Scope.All(), Zero.FREE)
            .tokens(new Scope.Provider("bolt"), PER_TOKEN)
            .image(new Scope.Provider("bolt"), PER_TOKEN)
            .tokens(new Scope.Provider("cora"), PER_THOUSAND)
            .image(new Scope.Provider("cora"), PER_MILLION)
            .zero(new Scope.Provider("cora"), Zero.UNKNOWN)
            .zero(new Scope.NoProvider(), Zero.UNKNOWN);

    private ManyModels() {}

    /** The templates of the two databases. */
    private static final class Populated {
        static final LegacyDatabase TEMPLATE = create();
    }

    private static final class Contracted {
        static final LegacyDatabase TEMPLATE = contract(populated());
    }

    /** A database after populate whose quarantine entries are accepted. */
    static LegacyDatabase populated() {
        return Populated.TEMPLATE.copy();
    }

    /** The same database after contract. */
    static LegacyDatabase contracted() {
        return Contracted.TEMPLATE.copy();
    }

    private static LegacyDatabase create() {
        LegacyDatabase database = LegacyDatabase.expanded();
        Random random = new Random(20261122);
        List<String> rows = new ArrayList<>();
        for (int id = 1; id <= COUNT; id++) {
            rows.add("(%1$s, %2$s, 'c%3$s', 'M', 'm%1$s', %4$s)"
                    .formatted(
                            String.valueOf(id),
                            List.of("1", "2", "3", "null").get(id % 4),
                            String.valueOf(id / 4),
                            cells(random, id % 4 == 1)));
        }
        database.sql("insert into providers (id, slug, name) values (3, 'cora', 'Cora');"
                + " insert into models (id, provider_id, model_id, model_name, provider_model_id, pricing_prompt,"
                + " pricing_completion, pricing_image, pricing_request) values " + String.join(", ", rows));
        new Populate(database.ctx()).run(DECLARED, Attribution.by("test"));
        database.sql("""
                update model_pricing_quarantine
                set resolution = 'accepted', resolved_at = now(), resolved_by = 'ada', resolution_reason = 'a router'
                """);
        JooqPricingRepository repository = new JooqPricingRepository(database.ctx());
        for (int id = 5; id <= COUNT; id += 15) {
            Pricing pricing = Pricing.paid(Price.perMillion("0." + id + "12345678912"), Price.perMillion("" + id));
            if (id % 2 == 0) {
                repository.setManual(new ModelId(id), pricing, new Attribution("ada", "negotiated"));
            } else {
                repository.upsert(
                        new PriceUpdate(new ModelId(id), pricing, PricingSource.PROVIDER, Instant.now()),
                        Attribution.by("test"));
            }
        }
        return database;
    }

    /** The four cells of a row: mostly paid, and some of each other type. */
    private static String cells(Random random, boolean isPerToken) {
        String paid = "%s%03d".formatted(isPerToken ? "0.00000" : "0.", 1 + random.nextInt(998));
        return switch (random.nextInt(12)) {
            case 0 -> "0, 0, null, null";
            case 1 -> "null, null, null, null";
            case 2 -> "-1, -1, null, 0";
            case 3 -> "null, null, 0.0%d, null".formatted(1 + random.nextInt(9));
            case 4 -> "null, null, null, 0.0%d".formatted(1 + random.nextInt(9));
            case 5 -> "'NaN', %s, null, null".formatted(paid);
            case 6 -> "%1$s, %1$s, 0.00%2$d, 0.0%2$d".formatted(paid, 1 + random.nextInt(9));
            case 7 -> "%s, null, 0, null".formatted(paid);
            case 8 -> "0, %s, null, 0".formatted(paid);
            default -> "%1$s, %1$s5, null, null".formatted(paid);
        };
    }

    private static LegacyDatabase contract(LegacyDatabase database) {
        StepResult contracted = new Contract(database.ctx()).run(Attribution.by("test"));
        if (!contracted.applied()) {
            throw new IllegalStateException("not contracted: " + contracted);
        }
        return database;
    }
}
