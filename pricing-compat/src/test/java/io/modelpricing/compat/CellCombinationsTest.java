package io.modelpricing.compat;

import static io.modelpricing.compat.LegacyUnit.PER_MILLION;
import static io.modelpricing.compat.LegacyUnit.PER_REQUEST;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.Attribution;
import io.modelpricing.MissingReason;
import io.modelpricing.Pricing;
import io.modelpricing.Rate;
import io.modelpricing.compat.Declarations.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Compares how the SQL of the migration and {@link LegacyRow} interpret every combination of four legacy cells. */
@Tag("once")
class CellCombinationsTest {

    private static final List<@Nullable String> CELLS =
            Arrays.asList(null, "0.0000000000", "-1.0000000000", "0.2500000000", "NaN", "-0.5000000000");

    /** The declared meaning of zeros by provider; the third provider has none. */
    private static final List<@Nullable Zero> ZEROS = Arrays.asList(Zero.FREE, Zero.UNKNOWN, null);

    private record Row(@Nullable Zero zero, List<@Nullable String> cells) {

        LegacyRow read() {
            return LegacyRow.of(column -> cells.get(column.ordinal()));
        }
    }

    private static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Zero zero : ZEROS) {
            for (int i = 0; i < Math.pow(CELLS.size(), 4); i++) {
                rows.add(new Row(
                        zero,
                        Arrays.asList(
                                CELLS.get(i % 6),
                                CELLS.get(i / 6 % 6),
                                CELLS.get(i / 36 % 6),
                                CELLS.get(i / 216 % 6))));
            }
        }
        return rows;
    }

    @Test
    void databaseAndLibraryInterpretCellsTheSame() {
        List<Row> rows = rows();
        try (LegacyDatabase database = LegacyDatabase.expanded()) {
            List<String> values = new ArrayList<>();
            for (int i = 0; i < rows.size(); i++) {
                values.add("(" + (i + 1) + ", "
                        + List.of("1", "2", "null")
                                .get(ZEROS.indexOf(rows.get(i).zero()))
                        + ", 'm', 'M', 'm" + i + "', "
                        + rows.get(i).cells().stream()
                                .map(cell -> cell == null ? "null" : "'" + cell + "'")
                                .collect(joining(", "))
                        + ")");
            }
            database.sql("insert into models (id, provider_id, model_id, model_name, provider_model_id, pricing_prompt,"
                    + " pricing_completion, pricing_image, pricing_request) values " + String.join(", ", values));
            new Populate(database.ctx())
                    .run(
                            Declarations.none()
                                    .tokens(new Scope.All(), PER_MILLION)
                                    .image(new Scope.All(), PER_MILLION)
                                    .request(new Scope.All(), PER_REQUEST)
                                    .zero(new Scope.Provider("acme"), Zero.FREE)
                                    .zero(new Scope.Provider("bolt"), Zero.UNKNOWN),
                            Attribution.by("test"));

            List<String> inDatabase = database.ctx()
                    .fetch("select kind, to_type, to_reason, trim_scale(to_input)::text, trim_scale(to_output)::text,"
                            + " trim_scale(to_image)::text, trim_scale(to_request)::text"
                            + " from legacy_price_comparison order by model_id")
                    .map(CellCombinationsTest::interpreted);

            assertThat(inDatabase).hasSize(3 * 6 * 6 * 6 * 6);
            for (int i = 0; i < rows.size(); i++) {
                assertThat(inDatabase.get(i)).as("%s", rows.get(i)).isEqualTo(interpreted(rows.get(i)));
            }
            assertThat(inDatabase.stream()
                            .map(interpreted -> interpreted.replaceFirst(" .*", ""))
                            .distinct())
                    .containsExactlyInAnyOrder(
                            "paid", "free", "unknown", "undeclared", "dynamic", "empty", "unreadable");
        }
    }

    private static String interpreted(Record row) {
        String kind = row.get(0, String.class);
        return kind.equals("undeclared")
                ? kind
                : kind + " " + row.get(1) + " " + row.get(2) + " " + row.get(3) + " " + row.get(4) + " " + row.get(5)
                        + " " + row.get(6);
    }

    /** Returns the same text for the interpretation of the library. */
    private static String interpreted(Row row) {
        LegacyRow read = row.read();
        String kind = switch (read.kind()) {
            case ZERO -> row.zero() == null ? "undeclared" : row.zero() == Zero.FREE ? "free" : "unknown";
            default -> read.kind().name().toLowerCase(Locale.ROOT);
        };
        if (kind.equals("undeclared")) {
            return kind;
        }
        Zero zero = row.zero() == null ? Zero.UNKNOWN : row.zero();
        Pricing pricing = kind.equals("unreadable")
                ? Pricing.missing(MissingReason.AMBIGUOUS)
                : read.pricing(
                        zero,
                        read.hasRates(zero)
                                ? read.cells().stream()
                                        .map(cell -> cell.rate(
                                                cell.column() == LegacyColumn.REQUEST ? PER_REQUEST : PER_MILLION))
                                        .toList()
                                : List.<Rate>of());
        LegacyPrices prices = LegacyPrices.of(pricing, LegacyUnit.PER_TOKEN);
        return kind + " " + pricing.type().id() + " "
                + pricing.fold(card -> "null", reason -> reason.id()) + " "
                + Arrays.stream(LegacyColumn.values())
                        .map(prices::get)
                        .map(price -> price == null
                                ? "null"
                                : price.stripTrailingZeros().toPlainString())
                        .collect(joining(" "));
    }
}
