package io.modelpricing.cli.command;

import static io.modelpricing.cli.output.TextTable.Column.CUT;
import static io.modelpricing.cli.output.TextTable.Column.LEFT;
import static io.modelpricing.jooq.schema.Tables.MODELS;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_QUARANTINE;
import static io.modelpricing.jooq.schema.Tables.PROVIDERS;
import static java.util.Comparator.comparing;
import static java.util.Objects.requireNonNullElse;
import static java.util.stream.Collectors.joining;
import static org.jooq.impl.DSL.cast;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.Page;
import io.modelpricing.PageRequest;
import io.modelpricing.Price;
import io.modelpricing.PricingSource;
import io.modelpricing.PricingType;
import io.modelpricing.cli.database.DatabaseCommand;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.jooq.costs.UsageAnalytics;
import io.modelpricing.jooq.costs.UsageAnalytics.Period;
import io.modelpricing.jooq.costs.UsageAnalytics.UnpricedModel;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Reports problems with the prices of the active models. */
@Command(
        name = "audit",
        description =
                "Report active models with a missing price (most used first), a stale price, a paid price of zero,"
                        + " a price inferred to be free, or a price in quarantine.")
public final class AuditCommand extends DatabaseCommand {

    private static final int SHOWN = 20;
    private static final int TRAFFIC_PAGE = 1_000;
    private static final PricingSource INFERRED = new PricingSource("inferred");

    @Option(
            names = "--stale-hours",
            paramLabel = "HOURS",
            defaultValue = "72",
            description =
                    "A price is stale if no source has confirmed it for this many hours. Manual overrides are never"
                            + " stale. Default: ${DEFAULT-VALUE}.")
    private int staleHours;

    @Option(
            names = "--traffic-days",
            paramLabel = "DAYS",
            defaultValue = "30",
            description = "Models without a price are sorted by their tokens in this many days. Default:"
                    + " ${DEFAULT-VALUE}.")
    private int trafficDays;

    public AuditCommand(Terminal terminal) {
        super(terminal);
    }

    /** The kinds of findings. */
    private enum Kind {
        UNPRICED("unpriced", "No price"),
        STALE("stale", "Stale: not confirmed by a source"),
        PAID_AT_ZERO("paid_at_zero", "Paid, but the price of input or output is zero"),
        FREE_BY_INFERENCE("free_by_inference", "Free by inference, not by declaration"),
        QUARANTINED("quarantined", "In quarantine: the price could not be interpreted");

        private final String id;
        private final String title;

        Kind(String id, String title) {
            this.id = id;
            this.title = title;
        }
    }

    /** A model with a problem. */
    private record Finding(
            ModelId model,
            @Nullable String provider,
            @Nullable String providerModelId,
            @Nullable String detail,
            @Nullable UnpricedModel traffic) {

        static Finding of(
                ModelId model, @Nullable String provider, @Nullable String providerModelId, @Nullable String detail) {
            return new Finding(model, provider, providerModelId, detail, null);
        }

        Finding with(@Nullable UnpricedModel served) {
            return new Finding(model, provider, providerModelId, detail, served);
        }

        BigDecimal tokens() {
            return traffic == null ? BigDecimal.ZERO : traffic.tokens();
        }

        String text() {
            String known = requireNonNullElse(detail, "");
            return traffic == null
                    ? known
                    : known + ": " + traffic.tokens() + " tokens in " + traffic.requests() + " requests";
        }

        String title() {
            return (provider == null ? "" : provider + "/") + requireNonNullElse(providerModelId, "deleted") + " ("
                    + model + ")";
        }

        ObjectNode json(Kind kind) {
            ObjectNode finding = Json.object()
                    .put("kind", kind.id)
                    .put("modelId", model.value())
                    .put("provider", provider)
                    .put("providerModelId", providerModelId)
                    .put("detail", detail);
            return kind != Kind.UNPRICED
                    ? finding
                    : finding.put("requests", traffic == null ? 0 : traffic.requests())
                            .put("tokens", tokens());
        }
    }

    @Override
    protected ExitCode run() {
        if (staleHours < 1) {
            throw Failure.usage(
                    "usage", "--stale-hours must be at least 1, but was " + staleHours, "omit it to use 72");
        }
        if (trafficDays < 1) {
            throw Failure.usage(
                    "usage", "--traffic-days must be at least 1, but was " + trafficDays, "omit it to use 30");
        }
        try (Session session = openSession()) {
            long checked = session.ctx().fetchCount(MODELS, isActive());
            Map<Kind, List<Finding>> findings = findings(session);
            Map<String, Long> types = new LinkedHashMap<>();
            UsageAnalytics.ofProviderCosts(session.ctx()).types().forEach((type, count) -> types.put(type.id(), count));
            boolean isClean = findings.values().stream().allMatch(List::isEmpty);
            output.print(json(checked, types, findings, isClean), out -> print(checked, types, findings, isClean, out));
            return isClean ? ExitCode.DONE : ExitCode.FOUND;
        }
    }

    private static Condition isActive() {
        return coalesce(MODELS.IS_ACTIVE, inline(true)).isTrue();
    }

    private Map<Kind, List<Finding>> findings(Session session) {
        Map<Kind, List<Finding>> findings = new EnumMap<>(Kind.class);
        Field<String> reason =
                coalesce(cast(MODEL_PRICING.MISSING_REASON, SQLDataType.CLOB), inline(MissingReason.NEVER_KNOWN.id()));
        Map<ModelId, UnpricedModel> traffic = traffic(UsageAnalytics.ofProviderCosts(session.ctx()));
        findings.put(
                Kind.UNPRICED,
                ofPrices(
                                session,
                                reason,
                                MODEL_PRICING.MODEL_ID.isNull().or(MODEL_PRICING.PRICING_TYPE.eq(PricingType.MISSING)))
                        .stream()
                        .map(finding -> finding.with(traffic.get(finding.model())))
                        .sorted(comparing(Finding::tokens).reversed())
                        .toList());
        findings.put(
                Kind.STALE,
                ofPrices(
                        session,
                        cast(MODEL_PRICING.LAST_UPDATED, SQLDataType.CLOB),
                        MODEL_PRICING
                                .LAST_UPDATED
                                .lt(Instant.now().minus(Duration.ofHours(staleHours)))
                                .and(MODEL_PRICING.PRICING_TYPE.ne(PricingType.MISSING))
                                .and(MODEL_PRICING.PRICING_SOURCE.ne(PricingSource.MANUAL))));
        Field<Price> zero = inline(Price.ZERO, MODEL_PRICING.PRICE_PER_INPUT_TOKEN);
        findings.put(
                Kind.PAID_AT_ZERO,
                ofPrices(
                        session,
                        inline("input ")
                                .concat(digits(MODEL_PRICING.PRICE_PER_INPUT_TOKEN))
                                .concat(", output ")
                                .concat(digits(MODEL_PRICING.PRICE_PER_OUTPUT_TOKEN)),
                        MODEL_PRICING
                                .PRICE_PER_INPUT_TOKEN
                                .eq(zero)
                                .and(MODEL_PRICING.PRICE_PER_OUTPUT_TOKEN.gt(zero))
                                .or(MODEL_PRICING
                                        .PRICE_PER_OUTPUT_TOKEN
                                        .eq(zero)
                                        .and(MODEL_PRICING.PRICE_PER_INPUT_TOKEN.gt(zero)))));
        findings.put(
                Kind.FREE_BY_INFERENCE,
                ofPrices(
                        session,
                        cast(MODEL_PRICING.PRICING_SOURCE, SQLDataType.CLOB),
                        MODEL_PRICING
                                .PRICING_TYPE
                                .eq(PricingType.FREE)
                                .and(MODEL_PRICING.PRICING_SOURCE.eq(INFERRED))));
        findings.put(
                Kind.QUARANTINED,
                session.ctx()
                        .select(
                                MODEL_PRICING_QUARANTINE.MODEL_ID,
                                PROVIDERS.SLUG,
                                MODELS.PROVIDER_MODEL_ID,
                                MODEL_PRICING_QUARANTINE.REASON)
                        .from(MODEL_PRICING_QUARANTINE)
                        .leftJoin(MODELS)
                        .on(MODELS.ID.eq(MODEL_PRICING_QUARANTINE.MODEL_ID))
                        .leftJoin(PROVIDERS)
                        .on(PROVIDERS.ID.eq(MODELS.PROVIDER_ID))
                        .where(MODEL_PRICING_QUARANTINE.RESOLUTION.isNull())
                        .orderBy(MODEL_PRICING_QUARANTINE.ID)
                        .fetch(org.jooq.Records.mapping(Finding::of)));
        return findings;
    }

    private Map<ModelId, UnpricedModel> traffic(UsageAnalytics analytics) {
        Instant now = Instant.now();
        Period period = new Period(now.minus(Duration.ofDays(trafficDays)), now);
        Map<ModelId, UnpricedModel> traffic = new HashMap<>();
        Optional<PageRequest> request = Optional.of(PageRequest.first(TRAFFIC_PAGE));
        while (request.isPresent()) {
            Page<UnpricedModel> page = analytics.unpricedByTraffic(period, request.get());
            page.forEach(model -> traffic.put(model.model(), model));
            request = page.next();
        }
        return traffic;
    }

    private static Field<String> digits(Field<Price> price) {
        return field("trim_scale({0})::text", SQLDataType.CLOB, price);
    }

    private static List<Finding> ofPrices(Session session, Field<String> detail, Condition isFound) {
        return session.ctx()
                .select(MODELS.ID, PROVIDERS.SLUG, MODELS.PROVIDER_MODEL_ID, detail)
                .from(MODELS)
                .leftJoin(PROVIDERS)
                .on(PROVIDERS.ID.eq(MODELS.PROVIDER_ID))
                .leftJoin(MODEL_PRICING)
                .on(MODEL_PRICING.MODEL_ID.eq(MODELS.ID))
                .where(isActive())
                .and(isFound)
                .orderBy(MODELS.ID)
                .fetch(org.jooq.Records.mapping(Finding::of));
    }

    private static ObjectNode json(
            long checked, Map<String, Long> types, Map<Kind, List<Finding>> findings, boolean isClean) {
        ObjectNode counts = Json.object();
        ArrayNode all = Json.array();
        findings.forEach((kind, found) -> {
            counts.put(kind.id, found.size());
            found.forEach(finding -> all.add(finding.json(kind)));
        });
        ObjectNode document = Json.object().put("passed", isClean).put("modelsChecked", checked);
        document.set("byType", Json.counts(types));
        document.set("counts", counts);
        return document.set("findings", all);
    }

    private static void print(
            long checked,
            Map<String, Long> types,
            Map<Kind, List<Finding>> findings,
            boolean isClean,
            PrintWriter out) {
        out.println(checked + " active models checked: " + (isClean ? "no findings." : "findings:"));
        out.println("Of all models: "
                + types.entrySet().stream()
                        .map(type -> type.getValue() + " " + type.getKey())
                        .collect(joining(", "))
                + ".");
        findings.forEach((kind, found) -> {
            if (found.isEmpty()) {
                return;
            }
            out.println();
            out.println(kind.title + ": " + found.size());
            TextTable table = new TextTable(CUT, LEFT);
            found.stream().limit(SHOWN).forEach(finding -> table.row(finding.title(), finding.text()));
            table.print(out);
            if (found.size() > SHOWN) {
                out.println("  … and " + (found.size() - SHOWN) + " more; --json lists all");
            }
        });
    }
}
