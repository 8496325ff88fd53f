package io.modelpricing;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One page of a listing, and the request of the page after it.
 *
 * <pre>{@code
 * Optional<PageRequest> request = Optional.of(PageRequest.first(100));
 * while (request.isPresent()) {
 *     Page<ModelPricing> page = prices.list(PricingType.PAID, request.get());
 *     page.forEach(this::process);
 *     request = page.next();
 * }
 * }</pre>
 *
 * <p>This class is immutable, as far as its items are.
 *
 * @param <T> the type of the items
 */
public final class Page<T> implements Iterable<T> {

    private final List<T> items;
    private final @Nullable PageRequest next;

    private Page(List<T> items, @Nullable PageRequest next) {
        this.items = List.copyOf(items);
        this.next = next;
    }

    /**
     * Returns the page of a listing that fetched one item more than the limit, to find out whether there is a next
     * page. For classes that implement a listing.
     *
     * @param request the request of this page
     * @param fetched the items after the request's position, at most one more than its limit
     * @param listing the name of the listing and its order, as in {@link PageRequest#afterKey}
     * @param key returns the values that the listing orders an item by
     * @param <T> the type of the items
     * @return the page, with at most as many items as the limit
     */
    public static <T> Page<T> of(
            PageRequest request, List<T> fetched, String listing, Function<? super T, List<String>> key) {
        if (fetched.size() <= request.limit()) {
            return new Page<>(fetched, null);
        }
        List<T> items = fetched.subList(0, request.limit());
        return new Page<>(items, request.afterKey(listing, key.apply(items.get(items.size() - 1))));
    }

    /**
     * Returns the last page of a listing.
     *
     * @param items the items, possibly none
     * @param <T> the type of the items
     * @return the page without a next one
     */
    public static <T> Page<T> last(List<T> items) {
        return new Page<>(items, null);
    }

    /**
     * Returns the items.
     *
     * @return the items in the order of the listing; empty only if there is no item after the request's position
     */
    public List<T> items() {
        return items;
    }

    /**
     * Returns the request of the next page.
     *
     * @return the request, with the same limit; empty if this is the last page
     */
    public Optional<PageRequest> next() {
        return Optional.ofNullable(next);
    }

    /**
     * Returns this page with each item converted.
     *
     * @param conversion converts one item
     * @param <R> the type of the converted items
     * @return a page with the same next page
     */
    public <R> Page<R> map(Function<? super T, ? extends R> conversion) {
        return new Page<>(items.stream().<R>map(conversion).toList(), next);
    }

    /** Returns the items in the order of the listing. */
    @Override
    public Iterator<T> iterator() {
        return items.iterator();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Page<?> that && items.equals(that.items) && next().equals(that.next());
    }

    @Override
    public int hashCode() {
        return 31 * items.hashCode() + next().hashCode();
    }

    @Override
    public String toString() {
        return items + (next == null ? " (last page)" : "");
    }
}
