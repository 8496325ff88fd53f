package io.modelpricing.compat;

import io.modelpricing.ModelId;
import io.modelpricing.compat.Declarations.Scope;
import java.math.BigDecimal;
import java.util.List;
import org.jooq.DSLContext;
import org.jooq.Record;

/**
 * A price from a legacy column that is more than a hundred times the median of comparable prices, or less than a
 * hundredth of it. The declared unit may be wrong.
 *
 * <p>The operator decides, and can declare another unit and run {@link Populate} again. A price is never changed
 * because of its size: some models cost a thousand times as much as others.
 *
 * @param model the model
 * @param scope the scope of the declared unit: a provider, or the models without one
 * @param column the legacy column
 * @param unit the declared unit
 * @param price the converted price, in US dollars for one token
 * @param neighbours the prices that it was compared with
 * @param median the median of these prices, in US dollars for one token
 */
public record ImplausibleUnit(
        ModelId model,
        Scope scope,
        LegacyColumn column,
        LegacyUnit unit,
        BigDecimal price,
        Neighbours neighbours,
        BigDecimal median) {

    /** The prices that a price is compared with. The first group in this order that differs is reported. */
    public enum Neighbours {
        /** The same canonical model at other providers. */
        SAME_MODEL,
        /** The models of the same provider, if there are at least five. */
        SAME_PROVIDER,
        /** All models, if there are at least ten. Finds a provider whose prices all have another unit. */
        ALL_MODELS
    }

    /**
     * Finds implausible prices among the current ones. This method changes nothing.
     *
     * @param database a context on a data source, whose render mapping names the schema
     * @return the implausible prices, in the order of the models
     * @throws IllegalArgumentException if the context is not on a data source
     * @throws IllegalStateException if there are no pricing tables, or populate has not run yet
     */
    public static List<ImplausibleUnit> find(DSLContext database) {
        return new Step("plausibility", database, LockRetry.DEFAULT).inSnapshot(ImplausibleUnit::found);
    }

    private static List<ImplausibleUnit> found(DSLContext ctx) {
        if (!Step.isInstalled(ctx)) {
            throw new IllegalStateException("populate has not run yet, so no units are declared; run populate first");
        }
        return ctx.fetch(QUERY).map(ImplausibleUnit::of);
    }

    private static ImplausibleUnit of(Record row) {
        String slug = row.get("slug", String.class);
        return new ImplausibleUnit(
                new ModelId(row.get("id", Long.class)),
                slug == null ? new Scope.NoProvider() : new Scope.Provider(slug),
                LegacyColumn.parse(row.get("column_name", String.class)),
                LegacyUnit.parse(row.get("unit", String.class)),
                row.get("price", BigDecimal.class),
                Neighbours.valueOf(row.get("neighbours", String.class)),
                row.get("median", BigDecimal.class));
    }

    @Override
    public String toString() {
        return "model " + model + " " + column + ": " + price.toPlainString()
                + " US dollars per token with the declared unit "
                + unit
                + ", but the median of "
                + switch (neighbours) {
                    case SAME_MODEL -> "the same model at other providers";
                    case SAME_PROVIDER -> "the models of the same provider";
                    case ALL_MODELS -> "all models";
                }
                + " is " + median.toPlainString();
    }

    // The medians are grouped subqueries, so that each is calculated once.
    private static final String QUERY = """
            with priced as materialized (
                select m.id, m.provider_id, m.model_id, p.pricing_source, c.column_name, c.price, c.unit
                from models m
                join model_pricing p on p.model_id = m.id
                left join legacy_price_unit u on u.provider_key = coalesce(m.provider_id, 0)
                cross join lateral (values
                    ('pricing_prompt', p.price_per_input_token, u.prompt_unit),
                    ('pricing_completion', p.price_per_output_token, u.completion_unit),
                    ('pricing_image', p.price_per_image_token, u.image_unit)
                ) c (column_name, price, unit)
                where c.price > 0
            ), offers as (
                select model_id, provider_id, column_name, percentile_disc(0.5) within group (order by price) as median
                from priced
                group by model_id, provider_id, column_name
            ), elsewhere as (
                select
                    o.model_id, o.provider_id, o.column_name,
                    percentile_disc(0.5) within group (order by e.median) as median
                from offers o
                join offers e on e.model_id = o.model_id and e.column_name = o.column_name
                    and e.provider_id is distinct from o.provider_id
                group by o.model_id, o.provider_id, o.column_name
            ), at_provider as (
                select provider_id, column_name, percentile_disc(0.5) within group (order by price) as median
                from priced
                group by provider_id, column_name
                having count(*) >= 5
            ), overall as (
                select column_name, percentile_disc(0.5) within group (order by price) as median
                from priced
                group by column_name
                having count(*) >= 10
            )
            select r.id, s.slug, r.column_name, r.unit, trim_scale(r.price) as price, n.neighbours, trim_scale(n.median) as median
            from priced r
            left join providers s on s.id = r.provider_id
            left join elsewhere e on e.model_id = r.model_id and e.provider_id is not distinct from r.provider_id
                and e.column_name = r.column_name
            left join at_provider a on a.provider_id is not distinct from r.provider_id and a.column_name = r.column_name
            left join overall o on o.column_name = r.column_name
            cross join lateral (
                select n.neighbours, n.median
                from (values
                    (1, 'SAME_MODEL', e.median), (2, 'SAME_PROVIDER', a.median), (3, 'ALL_MODELS', o.median)
                ) n (distance, neighbours, median)
                where r.price > 100 * n.median or r.price * 100 < n.median
                order by n.distance
                limit 1
            ) n
            where r.pricing_source = 'legacy' and r.unit is not null
            order by r.id, r.column_name desc
            """;
}
