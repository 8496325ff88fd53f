package io.modelpricing.cli.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.modelpricing.BillingUnit;
import io.modelpricing.CanonicalModelId;
import io.modelpricing.MissingReason;
import io.modelpricing.Price;
import io.modelpricing.Pricing;
import io.modelpricing.ProviderModelId;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.ServiceTier;
import io.modelpricing.compat.LegacyColumn;
import io.modelpricing.compat.LegacyUnit;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Public list prices of well-known models, from three CSV files that name the source of each figure.
 *
 * @param providers the providers, by slug
 * @param offerings their models, with prices as the legacy columns hold them
 * @param furtherRates prices that have no legacy column
 */
record DemoData(Map<String, Provider> providers, List<Offering> offerings, List<FurtherRate> furtherRates) {

    /** The state of a price as its provider publishes it. */
    enum Stated {
        PRICED,
        FREE,
        UNKNOWN,
        DYNAMIC
    }

    /**
     * A provider.
     *
     * @param unit the unit of {@code pricing_prompt} and {@code pricing_completion} of its models
     * @param imageUnit the unit of {@code pricing_image}, null if no model has an image price
     */
    record Provider(
            String slug,
            String name,
            LegacyUnit unit,
            @Nullable LegacyUnit imageUnit,
            String health,
            @Nullable Integer responseMs) {}

    /**
     * A provider's model with its published price.
     *
     * @param cells the legacy cells as text, by column; empty cells are absent
     * @param source the page that publishes the prices
     * @param asOf the month of the prices
     */
    record Offering(
            ProviderModelId id,
            CanonicalModelId canonicalId,
            String name,
            @Nullable Integer contextLength,
            String modality,
            boolean isActive,
            Map<LegacyColumn, String> cells,
            Stated stated,
            String source,
            YearMonth asOf) {}

    /** A published price that has no legacy column. */
    record FurtherRate(ProviderModelId model, Rate rate, String source, YearMonth asOf) {}

    static DemoData load() {
        Map<String, Provider> providers = new HashMap<>();
        read("providers.csv", DemoData::provider).forEach(provider -> providers.put(provider.slug(), provider));
        return new DemoData(
                Map.copyOf(providers),
                read("models.csv", row -> offering(row, providers)),
                read("extra-rates.csv", DemoData::furtherRate));
    }

    private static Provider provider(Row row) {
        String responseMs = row.optional("response_ms");
        String imageUnit = row.optional("image_unit");
        return new Provider(
                row.text("slug"),
                row.text("name"),
                LegacyUnit.parse(row.text("unit")),
                imageUnit == null ? null : LegacyUnit.parse(imageUnit),
                row.text("health_status"),
                responseMs == null ? null : Integer.valueOf(responseMs));
    }

    private static Offering offering(Row row, Map<String, Provider> providers) {
        ProviderModelId id = new ProviderModelId(row.text("provider_slug"), row.text("provider_model_id"));
        Provider provider = providers.get(id.provider());
        if (provider == null || !provider.unit().id().equals(row.text("unit"))) {
            throw new IllegalArgumentException(
                    "unit of " + id + " must be the unit of its provider, but was " + row.text("unit"));
        }
        Map<LegacyColumn, String> cells = new EnumMap<>(LegacyColumn.class);
        for (LegacyColumn column : LegacyColumn.values()) {
            String cell = row.optional(column.id().replaceFirst("pricing_", ""));
            if (cell != null) {
                cells.put(column, cell);
            }
        }
        String contextLength = row.optional("context_length");
        return new Offering(
                id,
                new CanonicalModelId(row.text("canonical_id")),
                row.text("model_name"),
                contextLength == null ? null : Integer.valueOf(contextLength),
                row.text("modality"),
                row.oneOf("is_active", Map.of("true", true, "false", false)),
                cells,
                row.oneOf(
                        "stated",
                        Map.of(
                                "priced", Stated.PRICED,
                                "free", Stated.FREE,
                                "unknown", Stated.UNKNOWN,
                                "dynamic", Stated.DYNAMIC)),
                row.text("source"),
                YearMonth.parse(row.text("as_of")));
    }

    private static FurtherRate furtherRate(Row row) {
        Function<String, Price> per = row.oneOf(
                "per",
                Map.of(
                        "per-token", Price::perToken,
                        "per-1k", Price::perThousand,
                        "per-1m", Price::perMillion,
                        "per-unit", Price::perUnit));
        return new FurtherRate(
                new ProviderModelId(row.text("provider_slug"), row.text("provider_model_id")),
                Rate.of(BillingUnit.parse(row.text("unit")), per.apply(row.text("price")))
                        .in(ServiceTier.parse(row.text("service_tier")))
                        .from(Long.parseLong(row.text("from_input_tokens"))),
                row.text("source"),
                YearMonth.parse(row.text("as_of")));
    }

    /**
     * Returns the published price of an offering, in its provider's unit. Computed here and not by the library, because
     * the demo checks the library against it.
     */
    Pricing published(Offering offering) {
        return switch (offering.stated()) {
            case UNKNOWN -> Pricing.missing(MissingReason.NEVER_KNOWN);
            case DYNAMIC -> Pricing.missing(MissingReason.DYNAMIC);
            case FREE -> new Pricing.Free(card(offering));
            case PRICED -> new Pricing.Paid(card(offering));
        };
    }

    private RateCard card(Offering offering) {
        Provider provider = Objects.requireNonNull(providers.get(offering.id().provider()));
        List<Rate> rates = new ArrayList<>();
        offering.cells().forEach((column, cell) -> {
            boolean isPerImage = column == LegacyColumn.IMAGE && provider.imageUnit() == LegacyUnit.PER_IMAGE;
            LegacyUnit unit = column == LegacyColumn.IMAGE ? provider.imageUnit() : provider.unit();
            BigDecimal usd = new BigDecimal(cell);
            rates.add(
                    switch (column) {
                        case PROMPT -> Rate.of(BillingUnit.INPUT, Price.perUnit(perUnit(usd, unit)));
                        case COMPLETION -> Rate.of(BillingUnit.OUTPUT, Price.perUnit(perUnit(usd, unit)));
                        case IMAGE ->
                            Rate.of(
                                    isPerImage ? BillingUnit.IMAGE_COUNT : BillingUnit.IMAGE,
                                    Price.perUnit(perUnit(usd, unit)));
                        case REQUEST -> Rate.of(BillingUnit.REQUEST, Price.perUnit(usd));
                    });
        });
        return RateCard.of(rates);
    }

    private static BigDecimal perUnit(BigDecimal usd, @Nullable LegacyUnit unit) {
        return switch (Objects.requireNonNull(unit, "unit")) {
            case PER_MILLION -> usd.movePointLeft(6);
            case PER_THOUSAND -> usd.movePointLeft(3);
            case PER_TOKEN, PER_IMAGE, PER_REQUEST -> usd;
        };
    }

    /** Reads a CSV file without quoting; lines that start with {@code #} are comments. */
    private static <T> List<T> read(String file, Function<Row, T> reader) {
        try (InputStream in = DemoData.class.getResourceAsStream(file)) {
            return read(
                    file,
                    new BufferedReader(new InputStreamReader(Objects.requireNonNull(in, file), UTF_8))
                            .lines()
                            .toList(),
                    reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static <T> List<T> read(String file, List<String> lines, Function<Row, T> reader) {
        List<T> read = new ArrayList<>();
        List<String> header = null;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            List<String> cells = List.of(line.split(",", -1));
            if (header == null) {
                header = cells;
                continue;
            }
            try {
                read.add(reader.apply(Row.of(header, cells)));
            } catch (RuntimeException e) {
                throw new IllegalArgumentException(file + ", line " + (i + 1) + ": " + e.getMessage(), e);
            }
        }
        return List.copyOf(read);
    }

    /** One line of a file, by the names of its header. */
    record Row(Map<String, String> cells) {

        static Row of(List<String> header, List<String> cells) {
            if (header.size() != cells.size()) {
                throw new IllegalArgumentException(
                        "expected " + header.size() + " cells, as in the header, but found " + cells.size());
            }
            Map<String, String> row = new HashMap<>();
            for (int i = 0; i < cells.size(); i++) {
                row.put(header.get(i), cells.get(i));
            }
            return new Row(row);
        }

        @Nullable
        String optional(String name) {
            String cell = cells.get(name);
            if (cell == null) {
                throw new IllegalArgumentException("column " + name + " does not exist");
            }
            return cell.isEmpty() ? null : cell;
        }

        String text(String name) {
            String cell = optional(name);
            if (cell == null) {
                throw new IllegalArgumentException(name + " must not be empty");
            }
            return cell;
        }

        <T> T oneOf(String name, Map<String, T> meanings) {
            T meaning = meanings.get(text(name));
            if (meaning == null) {
                throw new IllegalArgumentException(
                        name + " must be one of " + meanings.keySet() + ", but was " + text(name));
            }
            return meaning;
        }
    }
}
