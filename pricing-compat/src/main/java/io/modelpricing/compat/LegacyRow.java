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
 * The legacy prices of one model in whatever unit, and what kind of price they are. A model's being active has no say in it.
 *
 * @param cells those that hold something, in the order of the columns; NULL ones are left out
 */
record LegacyRow(List<Cell> cells) {

    /** What PostgreSQL's {@code numeric} can hold that is no number. */
    private static final Set<String> NOT_A_NUMBER = Set.of("NaN", "Infinity", "-Infinity");

    private static final BigDecimal DYNAMIC = BigDecimal.ONE.negate();

    /** What a row says of a price. */
    enum Kind {
        /** Some cell is above zero. */
        PAID,
        /** All cells are zero. */
        ZERO,
        /** Some cell is -1, and none is above zero. */
        DYNAMIC,
        /** All cells are NULL. */
        EMPTY,
        /** Some cell cannot be a price. */
        UNREADABLE
    }

    /**
     * One cell.
     *
     * @param column the column
     * @param written the text of the value
     * @param amount the value, null for what is no number
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
         * Returns the rate that this cell states.
         *
         * @throws IllegalArgumentException if it is no price, too large or too fine, naming the cell and its value
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

    /** Reads the text of each column's value, which is null for NULL. */
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
        if (!objections().isEmpty()) {
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

    /** Returns what is wrong with each cell that cannot be a price, naming it and its value. */
    Map<LegacyColumn, String> objections() {
        Map<LegacyColumn, String> objections = new LinkedHashMap<>();
        String priced =
                cells.stream().filter(Cell::isPositive).map(Cell::toString).collect(Collectors.joining(", "));
        for (Cell cell : cells) {
            if (cell.isDynamic() && !priced.isEmpty()) {
                objections.put(cell.column(), cell + ", which says that the price is dynamic, but " + priced);
            } else if (!cell.isPositive() && !cell.isZero() && !cell.isDynamic()) {
                objections.put(
                        cell.column(), cell + ": a price is a number of zero or more, or -1 for one that is dynamic");
            }
        }
        return objections;
    }

    /** Tells whether this row states rates, and so needs their units. */
    boolean hasRates(@Nullable Zero zero) {
        Kind kind = kind();
        return kind == Kind.PAID || (kind == Kind.ZERO && zero == Zero.FREE);
    }

    /**
     * Returns the pricing that this row states.
     *
     * @param zero what it means if all cells are zero
     * @param rates what the cells state, if this {@linkplain #hasRates row states rates}
     * @throws IllegalArgumentException if a cell cannot be a price, naming it and its value
     */
    Pricing pricing(Zero zero, Collection<Rate> rates) {
        return switch (kind()) {
            case PAID -> new Pricing.Paid(RateCard.of(rates));
            case ZERO ->
                zero == Zero.FREE ? new Pricing.Free(RateCard.of(rates)) : Pricing.missing(MissingReason.NEVER_KNOWN);
            case DYNAMIC -> Pricing.missing(MissingReason.DYNAMIC);
            case EMPTY -> Pricing.missing(MissingReason.NEVER_KNOWN);
            case UNREADABLE ->
                throw new IllegalArgumentException(
                        String.join("; ", objections().values()));
        };
    }
}
