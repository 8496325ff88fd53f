package io.modelpricing;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which page of a listing to return: at most how many items, and after which position.
 *
 * <pre>{@code
 * Page<ModelPricing> first = prices.list(PricingType.PAID, PageRequest.first(100));
 * String cursor = first.next().map(PageRequest::cursor).orElse(null);   // send it to the client
 * ...
 * Page<ModelPricing> second = prices.list(PricingType.PAID, PageRequest.first(100).after(cursor));
 * }</pre>
 *
 * <p>Inserts and deletes between two pages never duplicate or skip an item that exists throughout.
 *
 * @param limit the maximum number of items of the page, at least 1
 * @param cursor the position after which the page begins, as the page before it gave; null for the first page. It is
 *     opaque and safe in a URL, and belongs to one listing in one order
 */
public record PageRequest(int limit, @Nullable String cursor) {

    /**
     * Checks the limit. The listing checks the cursor.
     *
     * @param limit the maximum number of items of the page, at least 1
     * @param cursor the position after which the page begins; null for the first page
     * @throws IllegalArgumentException if the limit is below 1
     */
    public PageRequest {
        if (limit < 1) {
            throw new IllegalArgumentException(
                    "the limit of a page must be at least 1, but was " + limit + "; request one item or more");
        }
    }

    /**
     * Returns the request of the first page.
     *
     * @param limit the maximum number of items, at least 1
     * @return the request
     * @throws IllegalArgumentException if the limit is below 1
     */
    public static PageRequest first(int limit) {
        return new PageRequest(limit, null);
    }

    /**
     * Returns this request for the page after a position.
     *
     * @param position the cursor of the next page, as {@link Page#next()} gave it
     * @return the request
     */
    public PageRequest after(String position) {
        return new PageRequest(limit, requireNonNull(position, "position"));
    }

    /**
     * Returns this request for the page after an item. This method and {@link #key} are for classes that implement a
     * listing.
     *
     * @param listing the name of the listing and its order: only the same name reads the cursor
     * @param key the values of the item that the listing is ordered by, as text without the character NUL
     * @return the request of the next page
     */
    public PageRequest afterKey(String listing, List<String> key) {
        return after(Cursor.write(listing, key));
    }

    /**
     * Reads the key of the item after which the page begins, which {@link #afterKey} wrote. For classes that implement
     * a listing.
     *
     * @param listing the name that the cursor was written with
     * @param reader reads the values of the key, and throws {@link IllegalArgumentException} or
     *     {@link IndexOutOfBoundsException} if they are not a key of the listing
     * @param <K> the type of the key
     * @return the key, empty for the first page
     * @throws IllegalArgumentException if the cursor was not made by this listing
     */
    public <K> Optional<K> key(String listing, Function<? super List<String>, ? extends K> reader) {
        return cursor == null ? Optional.empty() : Optional.of(Cursor.read(listing, cursor, reader));
    }
}
