package io.modelpricing.compat;

import static java.util.Objects.requireNonNull;

/**
 * What is declared about the legacy prices of one model, as far as {@link LegacyPricingRepository} needs it.
 *
 * @param imageUnit the unit of {@code pricing_image}: {@link LegacyUnit#PER_IMAGE}, or any unit of tokens
 * @param cached the price of cached and audio tokens
 */
public record ModelDeclaration(LegacyUnit imageUnit, Cached cached) {

    /**
     * Image prices are per image token, and the price of cached tokens is unknown. Applies where nothing is declared.
     */
    public static final ModelDeclaration NONE = new ModelDeclaration(LegacyUnit.PER_TOKEN, Cached.UNKNOWN);

    /**
     * Checks the unit.
     *
     * @param imageUnit the unit of {@code pricing_image}
     * @param cached the price of cached and audio tokens
     * @throws IllegalArgumentException if {@code pricing_image} cannot have the unit
     */
    public ModelDeclaration {
        imageUnit.requireFits(LegacyColumn.IMAGE);
        requireNonNull(cached, "cached");
    }
}
