package io.modelpricing.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShelfTest {

    @TempDir
    private Path temporary;

    @Test
    void whatAnybodyCanWriteIsRefused() throws IOException {
        Path path = shelf();
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));

        refused();
    }

    @Test
    void aLinkIsRefused() throws IOException {
        Path path = shelf();
        Files.delete(path.resolve("lock"));
        Files.delete(path);
        Files.createSymbolicLink(path, Files.createDirectory(temporary.resolve("elsewhere")));

        refused();
    }

    @Test
    void aSweepTakesFoldersWithoutAnOwnerAndFollowsNoLink() throws IOException {
        Path elsewhere = Files.createDirectories(temporary.resolve("elsewhere"));
        Path kept = Files.createFile(elsewhere.resolve("kept"));
        try (ServerCache shelf = ServerCache.lock(temporary)) {
            Path abandoned = Files.createDirectories(shelf.path().resolve("1-1"));
            Files.createSymbolicLink(abandoned.resolve("data"), elsewhere);
            Path link = Files.createSymbolicLink(shelf.path().resolve("2-2"), elsewhere);

            ServerFolder.sweep(shelf.path());

            assertThat(abandoned).doesNotExist();
            assertThat(link).isSymbolicLink();
            assertThat(kept).exists();
        }
    }

    private Path shelf() throws IOException {
        try (ServerCache shelf = ServerCache.lock(temporary)) {
            return shelf.path();
        }
    }

    private void refused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> ServerCache.lock(temporary))
                .withMessageContaining("model-pricing-postgres-")
                .withMessageContaining("-Djava.io.tmpdir");
    }
}
