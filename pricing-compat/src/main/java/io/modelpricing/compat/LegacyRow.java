package io.modelpricing.compat;

import static java.util.Objects.requireNonNull;

import io.modelpricing.MissingReason;
import io.modelpricing.Pricing;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The four legacy prices of one model, before conversion by their units. Inactive models are treated as active ones.
 *
 * @param cells the cells that are not NULL, in the order of the columns
 */
record LegacyRow(List<Cell> cells) {

    /** The values of PostgreSQL's type {@code numeric} that are not numbers. */
    private static final Set<String> NOT_A_NUMBER = Set.of("NaN", "Infinity", "-Infinity");

    private static final BigDecimal DYNAMIC = BigDecimal.ONE.negate();

    /** The meaning of a row. */
    enum Kind {
        /** At least one cell is above zero. */
        PAID,
        /** All cells are zero. */
        ZERO,
        /** At least one cell is -1, and none is above zero. */
        DYNAMIC,
        /** All cells are NULL. */
        EMPTY,
        /** At least one cell cannot be a price. */
        UNREADABLE
    }

    /**
     * One cell.
     *
     * @param column the column
     * @param written the text of the value
     * @param amount the value, null if it is not a number
     */
    record Cell(
            LegacyColumn column, String written, @Nullable BigDecimal amount) {

        static Cell of(LegacyColumn column, String written) {
            return new Cell(column, written, NOT_A_NUMBER.contains(written) ? null : new BigDecimal(written));
        }

        boolean isPositive() {
            return amount != null && amount.signum() > 0;
        }

        boolean isZero() {
            return amount != null && amount.signum() == 0;
        }

        boolean isDynamic() {
            return amount != null && amount.compareTo(LegacyRow.DYNAMIC) == 0;
        }

        /**
         * Returns this cell as a rate.
         *
         * @throws IllegalArgumentException if it is not a valid price; the message names the cell and its value
         */
        Rate rate(LegacyUnit unit) {
            try {
                return Rate.of(unit.priced(column), unit.price(requireNonNull(amount, written)));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(column + ": " + e.getMessage(), e);
            }
        }

        @Override
        public String toString() {
            return column + " is " + written;
        }
    }

    /** Returns the row with the text of each column's value, which is null for NULL. */
    static LegacyRow of(Function<LegacyColumn, @Nullable String> written) {
        List<Cell> cells = new ArrayList<>();
        for (LegacyColumn column : LegacyColumn.values()) {
            String text = written.apply(column);
            if (text != null) {
                cells.add(Cell.of(column, text));
            }
        }
        return new LegacyRow(List.copyOf(cells));
    }

    Kind kind() {
        if (!errors().isEmpty()) {
            return Kind.UNREADABLE;
        }
        if (cells.stream().anyMatch(Cell::isPositive)) {
            return Kind.PAID;
        }
        if (cells.stream().anyMatch(Cell::isDynamic)) {
            return Kind.DYNAMIC;
        }
        return cells.isEmpty() ? Kind.EMPTY : Kind.ZERO;
    }

    /** Returns the error of each cell that cannot be a price, with the name and the value of the cell. */
    Map<LegacyColumn, String> errors() {
        Map<LegacyColumn, String> errors = new LinkedHashMap<>();
        String priced =
                cells.stream().filter(Cell::isPositive).map(Cell::toString).collect(Collectors.joining(", "));
        for (Cell cell : cells) {
            if (cell.isDynamic() && !priced.isEmpty()) {
                errors.put(cell.column(), cell + " (a dynamic price), but " + priced);
            } else if (!cell.isPositive() && !cell.isZero() && !cell.isDynamic()) {
                errors.put(cell.column(), cell + "; expected a number of 0 or more, or -1 for a dynamic price");
            }
        }
        return errors;
    }

    /** Returns whether this row has rates, and so needs their units. */
    boolean hasRates(@Nullable Zero zero) {
        Kind kind = kind();
        return kind == Kind.PAID || (kind == Kind.ZERO && zero == Zero.FREE);
    }

    /**
     * Returns this row as a pricing.
     *
     * @param zero the meaning of cells that are all zero
     * @param rates the cells as rates, if this {@linkplain #hasRates row has rates}
     * @throws IllegalArgumentException if a cell cannot be a price; the message names it and its value
     */
    Pricing pricing(Zero zero, Collection<Rate> rates) {
        return switch (kind()) {
            case PAID -> new Pricing.Paid(RateCard.of(rates));
            case ZERO ->
                zero == Zero.FREE ? new Pricing.Free(RateCard.of(rates)) : Pricing.missing(MissingReason.NEVER_KNOWN);
            case DYNAMIC -> Pricing.missing(MissingReason.DYNAMIC);
            case EMPTY -> Pricing.missing(MissingReason.NEVER_KNOWN);
            case UNREADABLE -> throw new IllegalArgumentException(String.join("; ", errors().values()));
        };
    }
}
