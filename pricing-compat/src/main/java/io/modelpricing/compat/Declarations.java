package io.modelpricing.compat;

import static java.util.Objects.requireNonNull;

import io.modelpricing.TextRule;
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
 * The meaning of the numbers in the legacy price columns, as the operator declares it. A unit is never inferred from
 * the size of a number.
 *
 * <p>A declaration for one provider takes precedence over one for all models. This class is immutable and thread-safe.
 */
public final class Declarations {

    private static final Declarations NONE = new Declarations(Map.of(), Map.of(), Map.of());

    private final Map<ColumnOf, LegacyUnit> units;
    private final Map<Scope, Zero> zeros;
    private final Map<Scope, Cached> cached;

    private Declarations(Map<ColumnOf, LegacyUnit> units, Map<Scope, Zero> zeros, Map<Scope, Cached> cached) {
        this.units = units;
        this.zeros = zeros;
        this.cached = cached;
    }

    /** The models that a declaration applies to. */
    public sealed interface Scope {

        /** All models, unless something else is declared for their provider. */
        record All() implements Scope {}

        /** The models without a provider. */
        record NoProvider() implements Scope {}

        /**
         * The models of one provider.
         *
         * @param slug the slug of the provider
         */
        record Provider(String slug) implements Scope {

            /**
             * Checks the slug.
             *
             * @param slug the slug of the provider
             * @throws IllegalArgumentException if it has the character NUL or an unpaired surrogate
             */
            public Provider {
                TextRule.requireStorable("slug", slug);
            }
        }
    }

    private record ColumnOf(Scope scope, LegacyColumn column) {}

    /**
     * Returns the empty declarations.
     *
     * @return declarations to add to
     */
    public static Declarations none() {
        return NONE;
    }

    /**
     * Declares the unit of {@code pricing_prompt} and {@code pricing_completion}.
     *
     * @param scope the models
     * @param unit per token, per thousand or per million
     * @return these declarations with the new one
     * @throws IllegalArgumentException if the unit is not one of these, or another unit is declared for the same models
     */
    public Declarations tokens(Scope scope, LegacyUnit unit) {
        return declare(scope, LegacyColumn.PROMPT, unit).declare(scope, LegacyColumn.COMPLETION, unit);
    }

    /**
     * Declares the unit of {@code pricing_image}.
     *
     * @param scope the models
     * @param unit per token, per thousand or per million image tokens, or per image
     * @return these declarations with the new one
     * @throws IllegalArgumentException if the unit is not one of these, or another unit is declared for the same models
     */
    public Declarations image(Scope scope, LegacyUnit unit) {
        return declare(scope, LegacyColumn.IMAGE, unit);
    }

    /**
     * Declares the unit of {@code pricing_request}.
     *
     * @param scope the models
     * @param unit per request
     * @return these declarations with the new one
     * @throws IllegalArgumentException if the unit is another
     */
    public Declarations request(Scope scope, LegacyUnit unit) {
        return declare(scope, LegacyColumn.REQUEST, unit);
    }

    /**
     * Declares the meaning of models whose prices are all zero.
     *
     * @param scope the models
     * @param zero the meaning
     * @return these declarations with the new one
     * @throws IllegalArgumentException if another meaning is declared for the same models
     */
    public Declarations zero(Scope scope, Zero zero) {
        return new Declarations(units, plus(zeros, scope, zero, "zero prices of " + described(scope)), cached);
    }

    /**
     * Declares the price of cached and audio tokens, which have no legacy column. Without a declaration, the cost of a
     * request with such tokens is incomplete.
     *
     * @param scope the models
     * @param meaning the meaning
     * @return these declarations with the new one
     * @throws IllegalArgumentException if another meaning is declared for the same models
     */
    public Declarations cached(Scope scope, Cached meaning) {
        return new Declarations(units, zeros, plus(cached, scope, meaning, "cached tokens of " + described(scope)));
    }

    private Declarations declare(Scope scope, LegacyColumn column, LegacyUnit unit) {
        unit.requireFits(column);
        return new Declarations(
                plus(units, new ColumnOf(scope, column), unit, column + " of " + described(scope)), zeros, cached);
    }

    private static <K, V> Map<K, V> plus(Map<K, V> declared, K key, V value, String what) {
        Map<K, V> all = new HashMap<>(declared);
        V before = all.put(requireNonNull(key), requireNonNull(value));
        if (before != null && !before.equals(value)) {
            throw new IllegalArgumentException(
                    "two declarations for " + what + ": " + before + " and " + value + "; keep one of them");
        }
        return Map.copyOf(all);
    }

    private static String described(Scope scope) {
        if (scope instanceof Scope.Provider provider) {
            return "provider " + provider.slug();
        }
        return scope instanceof Scope.All ? "all models" : "models without provider";
    }

    /** Returns the slugs of all providers that have a declaration. */
    Set<String> providers() {
        Set<String> slugs = new TreeSet<>();
        Stream.of(units.keySet().stream().map(ColumnOf::scope), zeros.keySet().stream(), cached.keySet().stream())
                .flatMap(scopes -> scopes)
                .forEach(scope -> {
                    if (scope instanceof Scope.Provider provider) {
                        slugs.add(provider.slug());
                    }
                });
        return slugs;
    }

    /**
     * A declaration as a row of the database; the provider is null for the scopes {@code all} and {@code no_provider}.
     */
    record Entry(String scope, @Nullable String provider, String subject, String meaning) {}

    List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        units.forEach((of, unit) -> entries.add(entry(of.scope(), of.column().id(), unit.id())));
        zeros.forEach((scope, zero) -> entries.add(entry(scope, "zero", zero.id())));
        cached.forEach((scope, meaning) -> entries.add(entry(scope, "cached", meaning.id())));
        entries.sort(Comparator.comparing(Entry::toString));
        return entries;
    }

    private static Entry entry(Scope scope, String subject, String meaning) {
        return scope instanceof Scope.Provider provider
                ? new Entry("provider", provider.slug(), subject, meaning)
                : new Entry(scope instanceof Scope.All ? "all" : "no_provider", null, subject, meaning);
    }
}
