package io.modelpricing.cli.command;

import io.modelpricing.Identified;
import io.modelpricing.Price;
import io.modelpricing.cli.output.Failure;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The unit that a price on the command line is quoted in. */
enum QuotedUnit implements Identified {
    PER_TOKEN("per-token"),
    PER_1K("per-1k"),
    PER_1M("per-1m"),
    PER_UNIT("per-unit");

    private final String id;

    QuotedUnit(String id) {
        this.id = id;
    }

    static String all() {
        return Arrays.stream(values()).map(unit -> unit.id).collect(Collectors.joining(", "));
    }

    static QuotedUnit parse(String id) {
        try {
            return Identified.parse(QuotedUnit.class, "price unit", id);
        } catch (IllegalArgumentException e) {
            throw Failure.usage("unknown_unit", String.valueOf(e.getMessage()), "write, for example, --unit per-1m");
        }
    }

    @Override
    public String id() {
        return id;
    }

    Price price(String text) {
        try {
            return switch (this) {
                case PER_TOKEN -> Price.perToken(text);
                case PER_1K -> Price.perThousand(text);
                case PER_1M -> Price.perMillion(text);
                case PER_UNIT -> Price.perUnit(text);
            };
        } catch (IllegalArgumentException e) {
            throw Failure.usage(
                    "malformed_price", String.valueOf(e.getMessage()), "write a decimal number, such as --input 2.50");
        }
    }
}
