package io.modelpricing.compat;

/**
 * What is declared about the legacy prices of one model, as far as {@link LegacyPricingRepository} needs it.
 *
 * @param imageUnit the unit of {@code pricing_image}: {@link LegacyUnit#PER_IMAGE}, or any unit of tokens
 */
public record ModelDeclaration(LegacyUnit imageUnit) {

    /** Image prices are per image token. Applies where nothing is declared. */
    public static final ModelDeclaration NONE = new ModelDeclaration(LegacyUnit.PER_TOKEN);

    /**
     * Checks the unit.
     *
     * @param imageUnit the unit of {@code pricing_image}
     * @throws IllegalArgumentException if {@code pricing_image} cannot have the unit
     */
    public ModelDeclaration {
        imageUnit.requireFits(LegacyColumn.IMAGE);
    }
}
