package io.modelpricing.compat;

import io.modelpricing.BillingUnit;
import io.modelpricing.Identified;
import io.modelpricing.Price;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The unit of the numbers in a legacy price column: US dollars for how much. */
public enum LegacyUnit implements Identified {
    /** US dollars per token. */
    PER_TOKEN("per-token"),
    /** US dollars per thousand tokens. */
    PER_THOUSAND("per-1k"),
    /** US dollars per million tokens. */
    PER_MILLION("per-1m"),
    /** US dollars per image. */
    PER_IMAGE("per-image"),
    /** US dollars per request. */
    PER_REQUEST("per-request");

    private final String id;

    LegacyUnit(String id) {
        this.id = id;
    }

    /**
     * Reads the unit with an id.
     *
     * @param id for example {@code per-1m}
     * @return the unit
     * @throws IllegalArgumentException if no unit has this id; the message lists the ids that exist
     */
    public static LegacyUnit parse(String id) {
        return Identified.parse(LegacyUnit.class, "legacy price unit", id);
    }

    @Override
    public String id() {
        return id;
    }

    /** Returns the unit of a single token, image or request. */
    static LegacyUnit ofOne(LegacyColumn column, LegacyUnit imageUnit) {
        return switch (column) {
            case PROMPT, COMPLETION -> PER_TOKEN;
            case IMAGE -> imageUnit == PER_IMAGE ? PER_IMAGE : PER_TOKEN;
            case REQUEST -> PER_REQUEST;
        };
    }

    /** Returns this unit, unless a column cannot have it. */
    LegacyUnit requireFits(LegacyColumn column) {
        if (!fits(column)) {
            throw new IllegalArgumentException("\"" + id + "\" is not a unit of " + column + "; expected one of "
                    + Arrays.stream(values())
                            .filter(unit -> unit.fits(column))
                            .map(LegacyUnit::id)
                            .collect(Collectors.joining(", ")));
        }
        return this;
    }

    boolean fits(LegacyColumn column) {
        return switch (this) {
            case PER_TOKEN, PER_THOUSAND, PER_MILLION -> column != LegacyColumn.REQUEST;
            case PER_IMAGE -> column == LegacyColumn.IMAGE;
            case PER_REQUEST -> column == LegacyColumn.REQUEST;
        };
    }

    /** Returns the billing unit that a column of this unit prices. */
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
