package io.modelpricing.codegen;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableClassesTest {

    private static final Path MODULE = Path.of("..", "pricing-jooq");
    private static final Path MIGRATIONS = MODULE.resolve("src/main/resources/pricing-migrations");
    private static final Path COMMITTED = MODULE.resolve("src/main/generated");

    @Test
    void committedClassesMatchTheMigrations(@TempDir Path target) throws Exception {
        Map<String, String> generated = TableClasses.generate(MIGRATIONS, target);
        assertThat(generated).hasSizeGreaterThan(15);

        if (Boolean.getBoolean("codegen.update")) {
            replace(generated);
        }

        assertThat(TableClasses.read(COMMITTED))
                .as("run ./mvnw -pl codegen -am test -Dcodegen.update=true and commit the change")
                .isEqualTo(generated);
    }

    private static void replace(Map<String, String> files) throws IOException {
        if (Files.exists(COMMITTED)) {
            try (Stream<Path> old = Files.walk(COMMITTED)) {
                for (Path path : (Iterable<Path>) old.sorted(Comparator.reverseOrder())::iterator) {
                    Files.delete(path);
                }
            }
        }
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = COMMITTED.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue(), UTF_8);
        }
    }
}
