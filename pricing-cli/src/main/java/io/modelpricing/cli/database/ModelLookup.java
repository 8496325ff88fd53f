package io.modelpricing.cli.database;

import static io.modelpricing.jooq.schema.Tables.MODELS;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_VERSION;
import static io.modelpricing.jooq.schema.Tables.PROVIDERS;
import static org.jooq.Records.mapping;
import static org.jooq.impl.DSL.falseCondition;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;

import io.modelpricing.CanonicalModelId;
import io.modelpricing.ModelId;
import io.modelpricing.ProviderModelId;
import io.modelpricing.cli.output.Failure;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.impl.SQLDataType;

/** The models of a database by their names. */
public final class ModelLookup {

    private static final int SUGGESTIONS = 8;

    private final DSLContext ctx;

    public ModelLookup(DSLContext ctx) {
        this.ctx = ctx;
    }

    /**
     * Finds a model that exists.
     *
     * @throws Failure if there is none, saying what would be one
     */
    public ResolvedModel require(ModelReference name) {
        return find(name).orElseThrow(() -> unknown(name));
    }

    /**
     * Finds a model that exists, or has existed and had a price.
     *
     * @throws Failure if there has never been one
     */
    public ResolvedModel requireEver(ModelReference name) {
        return find(name).or(() -> findDeleted(name)).orElseThrow(() -> unknown(name));
    }

    public Optional<ResolvedModel> find(ModelReference name) {
        Condition isIt = falseCondition();
        if (name instanceof ModelReference.Id byId) {
            isIt = MODELS.ID.eq(byId.id());
        } else if (name instanceof ModelReference.Offering offering) {
            isIt = PROVIDERS
                    .SLUG
                    .eq(offering.id().provider())
                    .and(MODELS.PROVIDER_MODEL_ID.eq(offering.id().modelId()));
        }
        return ctx.select(
                        MODELS.ID,
                        PROVIDERS.SLUG,
                        MODELS.PROVIDER_MODEL_ID,
                        MODELS.MODEL_ID,
                        MODELS.MODEL_NAME,
                        inline(false))
                .from(MODELS)
                .leftJoin(PROVIDERS)
                .on(PROVIDERS.ID.eq(MODELS.PROVIDER_ID))
                .where(isIt)
                .fetchOptional(mapping(ResolvedModel::new));
    }

    private Optional<ResolvedModel> findDeleted(ModelReference name) {
        Condition isIt = falseCondition();
        if (name instanceof ModelReference.Id byId) {
            isIt = MODEL_PRICING_VERSION.MODEL_ID.eq(byId.id());
        } else if (name instanceof ModelReference.Offering offering) {
            isIt = MODEL_PRICING_VERSION
                    .PROVIDER_SLUG
                    .eq(offering.id().provider())
                    .and(MODEL_PRICING_VERSION.PROVIDER_MODEL_ID.eq(
                            offering.id().modelId()))
                    .and(MODEL_PRICING_VERSION.MODEL_ID.notIn(select(MODELS.ID).from(MODELS)));
        }
        return ctx.select(
                        MODEL_PRICING_VERSION.MODEL_ID,
                        MODEL_PRICING_VERSION.PROVIDER_SLUG,
                        MODEL_PRICING_VERSION.PROVIDER_MODEL_ID,
                        MODEL_PRICING_VERSION.CANONICAL_ID,
                        MODEL_PRICING_VERSION.MODEL_NAME,
                        inline(true))
                .from(MODEL_PRICING_VERSION)
                .where(isIt)
                .orderBy(MODEL_PRICING_VERSION.RECORDED_AT.desc(), MODEL_PRICING_VERSION.NUMBER.desc())
                .limit(1)
                .fetchOptional(mapping(ResolvedModel::new));
    }

    /** Finds the keys of many models in one query; what is not in the answer does not exist. */
    public Map<ProviderModelId, ModelId> find(Collection<ProviderModelId> names) {
        String[] providers = names.stream().map(ProviderModelId::provider).toArray(String[]::new);
        String[] ids = names.stream().map(ProviderModelId::modelId).toArray(String[]::new);
        return ctx
                .select(MODELS.ID, PROVIDERS.SLUG, MODELS.PROVIDER_MODEL_ID)
                .from(MODELS)
                .join(PROVIDERS)
                .on(PROVIDERS.ID.eq(MODELS.PROVIDER_ID))
                .where(row(PROVIDERS.SLUG, MODELS.PROVIDER_MODEL_ID)
                        .in(select(
                                        // As text: the schema's mapping reaches every name that is one to jOOQ.
                                        field("wanted.provider", SQLDataType.CLOB),
                                        field("wanted.id", SQLDataType.CLOB))
                                .from(table("unnest({0}, {1}) as wanted (provider, id)", val(providers), val(ids)))))
                .fetch()
                .stream()
                .collect(Collectors.toMap(
                        found -> new ProviderModelId(found.get(PROVIDERS.SLUG), found.get(MODELS.PROVIDER_MODEL_ID)),
                        found -> found.get(MODELS.ID)));
    }

    /** Returns the failure to find a model, with what may have been meant. */
    public Failure unknown(ModelReference name) {
        return Failure.refused("unknown_model", "there is no model \"" + name + "\"", suggestion(name));
    }

    private String suggestion(ModelReference name) {
        String otherwise = "name a model by its id, or as PROVIDER/PROVIDER-MODEL-ID";
        if (name instanceof ModelReference.Offering offering) {
            List<String> providers = ctx.select(PROVIDERS.SLUG)
                    .from(PROVIDERS)
                    .orderBy(PROVIDERS.SLUG)
                    .fetch(PROVIDERS.SLUG);
            if (!providers.contains(offering.id().provider())) {
                return providers.isEmpty()
                        ? "there are no providers in this database; see that --url and --schema are what you mean"
                        : "there is no provider \"" + offering.id().provider() + "\"; there are " + some(providers);
            }
        }
        String text =
                name instanceof ModelReference.Offering offering ? offering.id().modelId() : name.toString();
        if (text.isBlank()) {
            return otherwise;
        }
        List<String> offerings = ctx.select(PROVIDERS.SLUG.concat("/").concat(MODELS.PROVIDER_MODEL_ID))
                .from(MODELS)
                .join(PROVIDERS)
                .on(PROVIDERS.ID.eq(MODELS.PROVIDER_ID))
                .where(MODELS.MODEL_ID.eq(new CanonicalModelId(text)).or(MODELS.PROVIDER_MODEL_ID.eq(text)))
                .orderBy(PROVIDERS.SLUG, MODELS.PROVIDER_MODEL_ID)
                .limit(SUGGESTIONS + 1)
                .fetch(org.jooq.Record1::value1);
        return offerings.isEmpty() ? otherwise : "\"" + text + "\" is offered as " + some(offerings);
    }

    private static String some(List<String> names) {
        return names.stream().limit(SUGGESTIONS).collect(Collectors.joining(", "))
                + (names.size() > SUGGESTIONS ? ", …" : "");
    }
}
