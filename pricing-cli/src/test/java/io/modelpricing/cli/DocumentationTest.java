package io.modelpricing.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.cli.output.Terminal;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks that the documentation names only what exists, and that its examples are test code. */
class DocumentationTest {

    private static final Path ROOT = Path.of("..");

    private static final Pattern CODE = Pattern.compile("```(?:java|yaml)\n(.*?)```", Pattern.DOTALL);
    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w+Test|s\\d+_\\w+)`");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)[^)]*\\)");

    /** A command at the beginning of a line or of inline code, and what follows it. */
    private static final Pattern COMMAND =
            Pattern.compile("(?m)(?:^ *|`)(?:\\./)?pricing ((?:compat |quarantine )?[a-z]+\\b)([^`#\n]*)");

    private static final Pattern OPTION = Pattern.compile("--[a-z-]+");

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
    void namedTestsExist(String page) {
        assertThat(TEST.matcher(read(ROOT.resolve(page))).results().map(test -> test.group(1)))
                .allMatch(test -> TESTS.contains("class" + test) || TESTS.contains("void" + test + "("));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void relativeLinksExist(String page) {
        assertThat(LINK.matcher(read(ROOT.resolve(page))).results().map(link -> link.group(1)))
                .filteredOn(target -> !target.contains("://"))
                .allSatisfy(target ->
                        assertThat(ROOT.resolve(page).resolveSibling(target)).exists());
    }

    @ParameterizedTest
    @MethodSource("pages")
    void shellExamplesUseExistingOptions(String page) {
        String text = read(ROOT.resolve(page)).replace("\\\n", " ");
        for (MatchResult command : COMMAND.matcher(text).results().toList()) {
            String help = help(command.group(1).split(" "));
            assertThat(OPTION.matcher(command.group(2)).results().map(MatchResult::group))
                    .as(command.group())
                    .allMatch(help::contains, "is an option of " + command.group(1));
        }
    }

    private static String help(String... command) {
        StringWriter out = new StringWriter();
        PrintWriter writer = new PrintWriter(out);
        Terminal terminal = new Terminal(writer, writer, Map.of(), InputStream.nullInputStream());
        String[] args =
                Stream.concat(Arrays.stream(command), Stream.of("--help")).toArray(String[]::new);
        assertThat(PricingCommand.run(args, terminal)).as(out.toString()).isZero();
        return out.toString();
    }

    static List<String> pages() {
        return Stream.concat(files(ROOT, 1), files(ROOT.resolve("docs"), Integer.MAX_VALUE))
                .filter(file -> file.toString().endsWith(".md"))
                .map(page -> ROOT.relativize(page).toString().replace('\\', '/'))
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
