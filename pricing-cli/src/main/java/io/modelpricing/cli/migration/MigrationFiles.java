package io.modelpricing.cli.migration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Comparator.comparingInt;

import io.modelpricing.jooq.JooqPricingRepository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The SQL files of the forward migrations. */
final class MigrationFiles {

    static final String FOLDER = "pricing-migrations";

    /** The start of each file's name, so that it never equals one of the application's {@code V1__….sql}. */
    static final String PREFIX = "pricing_V";

    private static final Pattern FILE = Pattern.compile(PREFIX + "([0-9]+)__.*\\.sql");

    private MigrationFiles() {}

    /** A migration file. */
    record Migration(int version, String file, String sql) {}

    /** Returns all migrations in the order in which they are applied. */
    static List<Migration> all() {
        URL folder = Objects.requireNonNull(
                JooqPricingRepository.class.getClassLoader().getResource(FOLDER), FOLDER);
        try {
            URI uri = folder.toURI();
            if (!uri.getScheme().equals("jar")) {
                return all(Path.of(uri));
            }
            try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
                return all(jar.getPath(FOLDER));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Migration> all(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(MigrationFiles::read)
                    .sorted(comparingInt(Migration::version))
                    .toList();
        }
    }

    private static Migration read(Path file) {
        String name = file.getFileName().toString();
        Matcher matcher = FILE.matcher(name);
        if (!matcher.matches()) {
            throw new IllegalStateException(name + " is not a migration; expected " + PREFIX + "<number>__<name>.sql");
        }
        try {
            return new Migration(Integer.parseInt(matcher.group(1)), name, Files.readString(file, UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
