package io.modelpricing.compat;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the numbers in the legacy price columns mean, as the operator declares it: nothing here is ever guessed from a number.
 *
 * <p>What is declared for one provider wins over what is declared for all models. This class is immutable and thread-safe.
 */
public final class Declarations {

    private static final Declarations NONE = new Declarations(Map.of(), Map.of());

    private final Map<ColumnOf, LegacyUnit> units;
    private final Map<Scope, Zero> zeros;

    private Declarations(Map<ColumnOf, LegacyUnit> units, Map<Scope, Zero> zeros) {
        this.units = units;
        this.zeros = zeros;
    }

    /** Which models a declaration is about. */
    public sealed interface Scope {

        /** All models, as far as nothing is declared for their provider. */
        record All() implements Scope {}

        /** The models that have no provider. */
        record NoProvider() implements Scope {}

        /**
         * The models of one provider.
         *
         * @param slug the provider's slug
         */
        record Provider(String slug) implements Scope {

            /**
             * Checks that there is a slug.
             *
             * @param slug the provider's slug
             */
            public Provider {
                requireNonNull(slug, "slug");
            }
        }
    }

    private record ColumnOf(Scope scope, LegacyColumn column) {}

    /**
     * Returns no declarations, to add to.
     *
     * @return the declarations
     */
    public static Declarations none() {
        return NONE;
    }

    /**
     * Declares what {@code pricing_prompt} and {@code pricing_completion} are US dollars for.
     *
     * @param scope the models
     * @param unit per token, per thousand or per million
     * @return these declarations and that one
     * @throws IllegalArgumentException if the unit is not one of these, or another is declared for the same models
     */
    public Declarations tokens(Scope scope, LegacyUnit unit) {
        return declare(scope, LegacyColumn.PROMPT, unit).declare(scope, LegacyColumn.COMPLETION, unit);
    }

    /**
     * Declares what {@code pricing_image} is US dollars for.
     *
     * @param scope the models
     * @param unit per token, per thousand or per million image tokens, or per image
     * @return these declarations and that one
     * @throws IllegalArgumentException if the unit is not one of these, or another is declared for the same models
     */
    public Declarations image(Scope scope, LegacyUnit unit) {
        return declare(scope, LegacyColumn.IMAGE, unit);
    }

    /**
     * Declares what {@code pricing_request} is US dollars for.
     *
     * @param scope the models
     * @param unit per request
     * @return these declarations and that one
     * @throws IllegalArgumentException if the unit is another
     */
    public Declarations request(Scope scope, LegacyUnit unit) {
        return declare(scope, LegacyColumn.REQUEST, unit);
    }

    /**
     * Declares what it means if all prices of a model are zero.
     *
     * @param scope the models
     * @param zero the meaning
     * @return these declarations and that one
     * @throws IllegalArgumentException if another is declared for the same models
     */
    public Declarations zero(Scope scope, Zero zero) {
        return new Declarations(units, with(zeros, scope, zero, "rows of zeros of " + described(scope)));
    }

    private Declarations declare(Scope scope, LegacyColumn column, LegacyUnit unit) {
        if (!unit.fits(column)) {
            throw new IllegalArgumentException(column + " cannot be " + unit);
        }
        return new Declarations(
                with(units, new ColumnOf(scope, column), unit, column + " of " + described(scope)), zeros);
    }

    private static <K, V> Map<K, V> with(Map<K, V> declared, K key, V value, String what) {
        Map<K, V> all = new HashMap<>(declared);
        V before = all.put(requireNonNull(key), requireNonNull(value));
        if (before != null && !before.equals(value)) {
            throw new IllegalArgumentException(what + " is declared twice: " + before + " and " + value);
        }
        return Map.copyOf(all);
    }

    private static String described(Scope scope) {
        if (scope instanceof Scope.Provider provider) {
            return "provider " + provider.slug();
        }
        return scope instanceof Scope.All ? "all models" : "models without provider";
    }

    /** Returns the slugs of all providers that something is declared for. */
    Set<String> providers() {
        Set<String> slugs = new TreeSet<>();
        Stream.concat(units.keySet().stream().map(ColumnOf::scope), zeros.keySet().stream())
                .forEach(scope -> {
                    if (scope instanceof Scope.Provider provider) {
                        slugs.add(provider.slug());
                    }
                });
        return slugs;
    }

    /** One declaration as the database keeps it; the provider is null for those that are not about one. */
    record Entry(String scope, @Nullable String provider, String subject, String meaning) {}

    List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        units.forEach((of, unit) -> entries.add(entry(of.scope(), of.column().id(), unit.id())));
        zeros.forEach((scope, zero) -> entries.add(entry(scope, "zero", zero.id())));
        entries.sort(Comparator.comparing(Entry::toString));
        return entries;
    }

    private static Entry entry(Scope scope, String subject, String meaning) {
        return scope instanceof Scope.Provider provider
                ? new Entry("provider", provider.slug(), subject, meaning)
                : new Entry(scope instanceof Scope.All ? "all" : "no_provider", null, subject, meaning);
    }
}
