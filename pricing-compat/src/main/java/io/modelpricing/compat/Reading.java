package io.modelpricing.compat;

import io.modelpricing.MissingReason;
import io.modelpricing.Pricing;
import io.modelpricing.Rate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a model's legacy prices are by what is declared about them.
 *
 * @param pricing the pricing, ambiguous if a cell cannot be a price, null if something is not declared
 * @param objections what stands against each cell that cannot be carried over, with its value
 */
record Reading(@Nullable Pricing pricing, Map<LegacyColumn, String> objections) {

    static Reading of(LegacyRow row, @Nullable String provider, Declarations declared) {
        Map<LegacyColumn, String> unreadable = row.objections();
        if (!unreadable.isEmpty()) {
            return ambiguous(unreadable);
        }
        Map<LegacyColumn, String> undeclared = new LinkedHashMap<>();
        Zero zero = declared.zero(provider);
        if (row.kind() == LegacyRow.Kind.ZERO && zero == null) {
            row.cells()
                    .forEach(cell -> undeclared.put(
                            cell.column(),
                            cell + " like every price of the model, and nothing says what that means for "
                                    + modelsOf(provider)));
            return new Reading(null, undeclared);
        }
        List<Rate> rates = new ArrayList<>();
        for (LegacyRow.Cell cell : row.hasRates(zero) ? row.cells() : List.<LegacyRow.Cell>of()) {
            LegacyUnit unit = declared.unit(provider, cell.column());
            if (unit == null && cell.isZero() && cell.column() != LegacyColumn.IMAGE) {
                // Nothing is nothing in every unit; only of images the unit tells what costs nothing, tokens or pieces.
                unit = LegacyUnit.ofOne(cell.column());
            }
            if (unit == null) {
                undeclared.put(cell.column(), cell + ", and no unit is declared for " + modelsOf(provider));
                continue;
            }
            try {
                rates.add(cell.rate(unit));
            } catch (IllegalArgumentException e) {
                unreadable.put(cell.column(), String.valueOf(e.getMessage()));
            }
        }
        if (!unreadable.isEmpty()) {
            return ambiguous(unreadable);
        }
        return undeclared.isEmpty()
                ? new Reading(row.pricing(zero == null ? Zero.UNKNOWN : zero, rates), undeclared)
                : new Reading(null, undeclared);
    }

    private static Reading ambiguous(Map<LegacyColumn, String> unreadable) {
        return new Reading(Pricing.missing(MissingReason.AMBIGUOUS), unreadable);
    }

    private static String modelsOf(@Nullable String provider) {
        return provider == null ? "models without provider" : "provider " + provider;
    }

    /** Tells whether a cell cannot be a price, whatever is declared. */
    boolean isUnreadable() {
        return pricing != null && !objections.isEmpty();
    }
}
