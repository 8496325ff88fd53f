package io.modelpricing.cli.database;

import static io.modelpricing.jooq.schema.Tables.MODELS;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_VERSION;
import static io.modelpricing.jooq.schema.Tables.PROVIDERS;
import static org.jooq.Records.mapping;
import static org.jooq.impl.DSL.falseCondition;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.lower;
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
import org.jooq.Record1;
import org.jooq.impl.SQLDataType;

/** Finds models by the references that users give. */
public final class ModelLookup {

    private static final int SUGGESTIONS = 8;

    private final DSLContext ctx;

    ModelLookup(DSLContext ctx) {
        this.ctx = ctx;
    }

    /**
     * Returns an existing model.
     *
     * @throws Failure if the model does not exist; its remedy suggests similar models
     */
    public ResolvedModel require(ModelReference name) {
        return find(name).orElseThrow(() -> unknown(name));
    }

    /**
     * Returns an existing model, or a deleted one that had a price.
     *
     * @throws Failure if the model never existed or never had a price
     */
    public ResolvedModel requireEvenIfDeleted(ModelReference name) {
        return find(name).or(() -> findDeleted(name)).orElseThrow(() -> unknown(name));
    }

    public Optional<ResolvedModel> find(ModelReference name) {
        Condition matches = falseCondition();
        if (name instanceof ModelReference.Id byId) {
            matches = MODELS.ID.eq(byId.id());
        } else if (name instanceof ModelReference.Offering offering) {
            matches = PROVIDERS
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
                .where(matches)
                .fetchOptional(mapping(ResolvedModel::new));
    }

    private Optional<ResolvedModel> findDeleted(ModelReference name) {
        Condition matches = falseCondition();
        if (name instanceof ModelReference.Id byId) {
            matches = MODEL_PRICING_VERSION.MODEL_ID.eq(byId.id());
        } else if (name instanceof ModelReference.Offering offering) {
            matches = MODEL_PRICING_VERSION
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
                .where(matches)
                .orderBy(MODEL_PRICING_VERSION.RECORDED_AT.desc(), MODEL_PRICING_VERSION.NUMBER.desc())
                .limit(1)
                .fetchOptional(mapping(ResolvedModel::new));
    }

    /** Returns the ids of many models, by one query. Models that do not exist are absent from the map. */
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
                                        // As plain SQL text: jOOQ would qualify the names of these columns with the
                                        // mapped schema.
                                        field("wanted.provider", SQLDataType.CLOB),
                                        field("wanted.id", SQLDataType.CLOB))
                                .from(table("unnest({0}, {1}) as wanted (provider, id)", val(providers), val(ids)))))
                .fetch()
                .stream()
                .collect(Collectors.toMap(
                        found -> new ProviderModelId(found.get(PROVIDERS.SLUG), found.get(MODELS.PROVIDER_MODEL_ID)),
                        found -> found.get(MODELS.ID)));
    }

    /** Returns the failure of a look-up: what was looked for, and which similar models exist. */
    public Failure unknown(ModelReference reference) {
        String tried = reference instanceof ModelReference.Offering offering
                ? "; looked for provider \"" + offering.id().provider() + "\" and its model \""
                        + offering.id().modelId() + "\""
                : "";
        return Failure.refused(
                "unknown_model", "model \"" + reference + "\" does not exist" + tried, suggestion(reference));
    }

    private String suggestion(ModelReference reference) {
        if (reference instanceof ModelReference.Offering offering) {
            List<String> similar = offerings(lower(PROVIDERS.SLUG)
                    .eq(lower(offering.id().provider()))
                    .and(lower(MODELS.PROVIDER_MODEL_ID).eq(lower(offering.id().modelId()))));
            if (!similar.isEmpty()) {
                return "names are case-sensitive; did you mean " + listed(similar) + "?";
            }
            List<String> providers = ctx.select(PROVIDERS.SLUG)
                    .from(PROVIDERS)
                    .orderBy(PROVIDERS.SLUG)
                    .fetch(PROVIDERS.SLUG);
            if (!providers.contains(offering.id().provider())) {
                return unknownProvider(offering.id().provider(), providers);
            }
        }
        String model = reference instanceof ModelReference.Offering offering
                ? offering.id().modelId()
                : reference.toString();
        List<String> offerings = model.isBlank()
                ? List.of()
                : offerings(MODELS.MODEL_ID.eq(new CanonicalModelId(model)).or(MODELS.PROVIDER_MODEL_ID.eq(model)));
        return offerings.isEmpty()
                ? "name a model by its id or as PROVIDER/PROVIDER-MODEL-ID"
                : "\"" + model + "\" is offered as " + listed(offerings);
    }

    private static String unknownProvider(String provider, List<String> providers) {
        if (providers.isEmpty()) {
            return "the database has no providers; check --url and --schema";
        }
        return providers.stream()
                .filter(provider::equalsIgnoreCase)
                .findFirst()
                .map(similar -> "provider slugs are case-sensitive; did you mean \"" + similar + "\"?")
                .orElseGet(() -> "provider \"" + provider + "\" does not exist; known providers: " + listed(providers));
    }

    private List<String> offerings(Condition condition) {
        return ctx.select(PROVIDERS.SLUG.concat("/").concat(MODELS.PROVIDER_MODEL_ID))
                .from(MODELS)
                .join(PROVIDERS)
                .on(PROVIDERS.ID.eq(MODELS.PROVIDER_ID))
                .where(condition)
                .orderBy(PROVIDERS.SLUG, MODELS.PROVIDER_MODEL_ID)
                .limit(SUGGESTIONS + 1)
                .fetch(Record1::value1);
    }

    private static String listed(List<String> names) {
        return names.stream().limit(SUGGESTIONS).collect(Collectors.joining(", "))
                + (names.size() > SUGGESTIONS ? ", …" : "");
    }
}
