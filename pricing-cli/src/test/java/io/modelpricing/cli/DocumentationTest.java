package io.modelpricing.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks that the examples of the documentation are test code, and that links lead to files. */
class DocumentationTest {

    private static final Path ROOT = Path.of("..");

    /** Pages whose examples are not test code yet. */
    private static final Set<String> WITHOUT_TEST = Set.of("docs/catalog-and-sync.md");

    private static final Pattern CODE = Pattern.compile("```(?:java|yaml)\n(.*?)```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)[^)]*\\)");

    /** The sources of all tests, without their layout. */
    private static final String TESTS = tests();

    @ParameterizedTest
    @MethodSource("pages")
    void examplesAreTestCode(String page) {
        assertThat(CODE.matcher(read(ROOT.resolve(page))).results().map(block -> block.group(1)))
                .allMatch(example -> TESTS.contains(withoutLayout(example)));
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

    private static String tests() {
        return files(ROOT, 1)
                .map(module -> module.resolve("src/test"))
                .filter(Files::isDirectory)
                .flatMap(tests -> files(tests, Integer.MAX_VALUE))
                .filter(file -> file.toString().matches(".*\\.(java|yaml)"))
                .map(source -> withoutLayout(read(source)))
                .collect(joining());
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
