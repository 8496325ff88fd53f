package io.modelpricing.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerCacheTest {

    @TempDir
    private Path temporary;

    @Test
    void worldWritableFolderIsRejected() throws IOException {
        Path path = cache();
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));

        assertRejected();
    }

    @Test
    void symbolicLinkIsRejected() throws IOException {
        Path path = cache();
        Files.delete(path.resolve("lock"));
        Files.delete(path);
        Files.createSymbolicLink(path, Files.createDirectory(temporary.resolve("elsewhere")));

        assertRejected();
    }

    @Test
    void sweepDeletesFoldersWithoutOwnerAndFollowsNoLink() throws IOException {
        Path elsewhere = Files.createDirectories(temporary.resolve("elsewhere"));
        Path kept = Files.createFile(elsewhere.resolve("kept"));
        try (ServerCache cache = ServerCache.lock(temporary)) {
            Path abandoned = Files.createDirectories(cache.path().resolve("1-1"));
            Files.createSymbolicLink(abandoned.resolve("data"), elsewhere);
            Path link = Files.createSymbolicLink(cache.path().resolve("2-2"), elsewhere);

            ServerFolder.sweep(cache.path());

            assertThat(abandoned).doesNotExist();
            assertThat(link).isSymbolicLink();
            assertThat(kept).exists();
        }
    }

    private Path cache() throws IOException {
        try (ServerCache cache = ServerCache.lock(temporary)) {
            return cache.path();
        }
    }

    private void assertRejected() {
        assertThatIllegalStateException()
                .isThrownBy(() -> ServerCache.lock(temporary))
                .withMessageContaining("model-pricing-postgres-")
                .withMessageContaining("-Djava.io.tmpdir");
    }
}
