package io.modelpricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageTest {

    private static final List<Integer> NUMBERS = List.of(1, 2, 3, 4, 5, 6, 7);

    private static Page<Integer> numbers(PageRequest request) {
        int after = request.key("numbers", key -> Integer.parseInt(key.get(0))).orElse(0);
        List<Integer> fetched = NUMBERS.stream()
                .filter(number -> number > after)
                .limit(request.limit() + 1L)
                .toList();
        return Page.of(request, fetched, "numbers", last -> List.of(last.toString()));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 6, 7, 8, Integer.MAX_VALUE})
    void pagesListEveryItemOnce(int limit) {
        List<Integer> all = new ArrayList<>();
        Optional<PageRequest> request = Optional.of(PageRequest.first(limit));
        while (request.isPresent()) {
            Page<Integer> page = numbers(request.get());
            assertThat(page.items()).hasSizeBetween(1, limit);
            page.forEach(all::add);
            request = page.next();
        }
        assertThat(all).isEqualTo(NUMBERS);
    }

    @Test
    void cursorSurvivesATripThroughAClient() {
        String cursor =
                numbers(PageRequest.first(3)).next().map(PageRequest::cursor).orElseThrow();

        assertThat(cursor).matches("[A-Za-z0-9_-]+");
        assertThat(numbers(PageRequest.first(2).after(cursor)).items()).containsExactly(4, 5);
    }

    @Test
    void lastPageHasNoNextOne() {
        assertThat(numbers(PageRequest.first(7)).next()).isEmpty();
        assertThat(Page.last(List.of()).next()).isEmpty();
        assertThat(Page.last(List.of("a"))).hasToString("[a] (last page)").isEqualTo(Page.last(List.of("a")));
    }

    @Test
    void convertedPageKeepsItsNextPage() {
        Page<Integer> page = numbers(PageRequest.first(2));

        Page<String> converted = page.map(Integer::toUnsignedString);

        assertThat(converted.items()).containsExactly("1", "2");
        assertThat(converted.next()).isEqualTo(page.next()).isPresent();
    }

    @Test
    void keyOfSeveralValuesReadsBack() {
        for (List<String> key :
                List.of(List.of(""), List.of("0.5", "17"), List.of("", "a/b:c", "ü€😀"), List.<String>of())) {
            PageRequest request = PageRequest.first(1).afterKey("any", key);
            assertThat(request.<List<String>>key("any", List::copyOf)).contains(key);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PageRequest.first(1).afterKey("any", List.of("a\0b")))
                .withMessageContaining("NUL");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void limitBelowOneIsRefused(int limit) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PageRequest.first(limit))
                .withMessage("the limit of a page must be at least 1, but was " + limit + "; request one item or more");
    }

    @Test
    void malformedCursorIsRefused() {
        String cursor =
                numbers(PageRequest.first(3)).next().map(PageRequest::cursor).orElseThrow();
        List<String> malformed = new ArrayList<>(List.of("", " ", "3", "numbers:3", "ü", "\0", "AAAA", cursor + "A"));
        for (int end = 0; end < cursor.length(); end++) {
            malformed.add(cursor.substring(0, end));
        }
        malformed.add(PageRequest.first(3).afterKey("others", List.of("3")).cursor());
        malformed.add(PageRequest.first(3).afterKey("numbers", List.of("three")).cursor());
        malformed.add(PageRequest.first(3).afterKey("numbers", List.of()).cursor());
        for (String text : malformed) {
            assertThatIllegalArgumentException()
                    .as(text)
                    .isThrownBy(() -> numbers(PageRequest.first(3).after(text)))
                    .withMessage("\"" + TextRule.escaped(text)
                            + "\" is not a cursor of the listing numbers; expected the cursor of an"
                            + " earlier page, unchanged; to start again, request the first page");
        }
    }

    @Test
    void messageShowsTheBeginningOfALongCursor() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> numbers(PageRequest.first(3).after("x".repeat(10_000))))
                .withMessageStartingWith("\"" + "x".repeat(100) + "…\" is not a cursor");
    }
}
