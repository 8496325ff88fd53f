package io.modelpricing.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Checks that every Java example of the documentation is compiled test code, and that every relative link exists.
 *
 * <p>A test marks an example with {@code // example README.md} on the line before it and {@code // end} on the line after it.
 * Each Java block of a page equals one example, except for its layout.
 */
class DocumentationTest {

    private static final Path ROOT = Path.of("..");

    /** Pages whose examples are not test code yet. */
    private static final Set<String> WITHOUT_TEST = Set.of("docs/request-costing.md", "docs/catalog-and-sync.md");

    private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern EXAMPLE = Pattern.compile("// example (\\S+)\n(.*?)// end\n", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)[^)]*\\)");

    /** The marked examples of all tests by page, without their layout. */
    private static final Map<String, List<String>> EXAMPLES = examples();

    @ParameterizedTest
    @MethodSource("pages")
    void javaExamplesAreCompiledTestCode(String page) {
        List<String> shown = JAVA.matcher(read(ROOT.resolve(page)))
                .results()
                .map(block -> withoutLayout(block.group(1)))
                .toList();
        assertThat(shown).containsExactlyInAnyOrderElementsOf(EXAMPLES.getOrDefault(page, List.of()));
    }

    @Test
    void everyExampleNamesAnExistingPage() {
        assertThat(pages()).containsAll(EXAMPLES.keySet());
    }

    @ParameterizedTest
    @MethodSource("pages")
    void relativeLinksExist(String page) {
        assertThat(LINK.matcher(read(ROOT.resolve(page))).results().map(link -> link.group(1)))
                .filteredOn(target -> !target.contains("://"))
                .allSatisfy(target ->
                        assertThat(ROOT.resolve(page).resolveSibling(target)).exists());
    }

    static List<String> pages() {
        return Stream.concat(files(ROOT, 1), files(ROOT.resolve("docs"), Integer.MAX_VALUE))
                .filter(file -> file.toString().endsWith(".md"))
                .map(page -> ROOT.relativize(page).toString().replace('\\', '/'))
                .filter(page -> !WITHOUT_TEST.contains(page))
                .toList();
    }

    private static Map<String, List<String>> examples() {
        Map<String, List<String>> examples = new TreeMap<>();
        files(ROOT, 1)
                .map(module -> module.resolve("src/test/java"))
                .filter(Files::isDirectory)
                .flatMap(tests -> files(tests, Integer.MAX_VALUE))
                .filter(file -> file.toString().endsWith(".java"))
                .flatMap(source -> EXAMPLE.matcher(read(source)).results())
                .forEach(example -> examples.computeIfAbsent(example.group(1), page -> new ArrayList<>())
                        .add(withoutLayout(example.group(2))));
        return examples;
    }

    private static String withoutLayout(String code) {
        return code.replaceAll("\\s+", "");
    }

    private static Stream<Path> files(Path folder, int depth) {
        try (Stream<Path> files = Files.walk(folder, depth)) {
            return files.sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path path) {
        try {
            return Files.readString(path, UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
