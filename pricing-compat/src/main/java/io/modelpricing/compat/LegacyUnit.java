package io.modelpricing.compat;

import io.modelpricing.BillingUnit;
import io.modelpricing.Price;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.stream.Collectors;

/** What a number in a legacy price column is US dollars for. */
public enum LegacyUnit {
    /** For one token. */
    PER_TOKEN("per-token"),
    /** For a thousand tokens. */
    PER_THOUSAND("per-1k"),
    /** For a million tokens. */
    PER_MILLION("per-1m"),
    /** For one image. */
    PER_IMAGE("per-image"),
    /** For one request. */
    PER_REQUEST("per-request");

    private final String id;

    LegacyUnit(String id) {
        this.id = id;
    }

    /**
     * Returns the unit of a name as the command line writes it.
     *
     * @param id for example {@code per-1m}
     * @return the unit
     * @throws IllegalArgumentException if there is none, naming those there are
     */
    public static LegacyUnit of(String id) {
        for (LegacyUnit unit : values()) {
            if (unit.id.equals(id)) {
                return unit;
            }
        }
        throw new IllegalArgumentException("\"" + id + "\" is no unit of a legacy price; there are "
                + Arrays.stream(values()).map(LegacyUnit::id).collect(Collectors.joining(", ")));
    }

    /**
     * Returns the name that the command line uses.
     *
     * @return for example {@code per-1m}
     */
    public String id() {
        return id;
    }

    /** Returns the unit that the names of {@code model_pricing} have: for one token or request. */
    static LegacyUnit ofOne(LegacyColumn column) {
        return column == LegacyColumn.REQUEST ? PER_REQUEST : PER_TOKEN;
    }

    boolean fits(LegacyColumn column) {
        return switch (this) {
            case PER_TOKEN, PER_THOUSAND, PER_MILLION -> column != LegacyColumn.REQUEST;
            case PER_IMAGE -> column == LegacyColumn.IMAGE;
            case PER_REQUEST -> column == LegacyColumn.REQUEST;
        };
    }

    /** Returns what a column of this unit is the price of. */
    BillingUnit priced(LegacyColumn column) {
        return this == PER_IMAGE ? BillingUnit.IMAGE_COUNT : column.unit();
    }

    /** Returns the price of one token, image or request. */
    Price price(BigDecimal usd) {
        return switch (this) {
            case PER_TOKEN -> Price.perToken(usd);
            case PER_THOUSAND -> Price.perThousand(usd);
            case PER_MILLION -> Price.perMillion(usd);
            case PER_IMAGE, PER_REQUEST -> Price.perUnit(usd);
        };
    }

    @Override
    public String toString() {
        return id;
    }
}
