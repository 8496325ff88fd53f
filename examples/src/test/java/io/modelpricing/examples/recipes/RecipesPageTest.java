package io.modelpricing.examples.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RecipesPageTest {

    private static final Path PAGE = Path.of("../docs/recipes.md");
    private static final Pattern CODE = Pattern.compile("```(?:java|yaml)\\n(.*?)```", Pattern.DOTALL);

    @Test
    void pageShowsTheCodeOfTheTests() throws IOException {
        String sources = withoutSpace(
                text("src/test/java/io/modelpricing/examples/recipes") + text("src/test/resources/db/changelog"));
        List<String> shown = CODE.matcher(Files.readString(PAGE, UTF_8))
                .results()
                .map(code -> code.group(1))
                .toList();

        assertThat(shown)
                .hasSizeGreaterThanOrEqualTo(10)
                .allSatisfy(code -> assertThat(sources).contains(withoutSpace(code)));
    }

    private static String text(String folder) throws IOException {
        try (Stream<Path> files = Files.list(Path.of(folder))) {
            return files.map(file -> {
                        try {
                            return Files.readString(file, UTF_8);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .collect(Collectors.joining("\n"));
        }
    }

    private static String withoutSpace(String code) {
        return code.replaceAll("\\s+", "");
    }
}
