package io.modelpricing.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class BinariesTest {

    @TempDir
    private Path temporary;

    private Path cache;
    private int starts;

    @BeforeEach
    void makeCache() throws IOException {
        cache = Files.createDirectory(temporary.resolve("cache"));
    }

    @Test
    void archiveIsUnpackedOnce() throws IOException {
        Path jar = jar("bin/initdb", "exit 1");

        Path unpacked = Binaries.cached(cache, jar, workFolder());
        Files.writeString(unpacked.resolve("bin/initdb"), "still here");

        assertThat(Files.isExecutable(unpacked.resolve("bin/initdb"))).isTrue();
        assertThat(Binaries.cached(cache, jar, workFolder())).isEqualTo(unpacked);
        assertThat(unpacked.resolve("bin/initdb")).hasContent("still here");
    }

    @Test
    void differentArchivesUseDifferentFolders() throws IOException {
        Path one = Binaries.cached(cache, jar("bin/initdb", "exit 1"), workFolder());
        Path other = Binaries.cached(cache, jar("bin/initdb", "exit 2"), workFolder());

        assertThat(one).isNotEqualTo(other);
        assertThat(one.resolve("bin/initdb")).content().contains("exit 1");
    }

    @Test
    void missingFileIsRestored() throws IOException {
        Path jar = jar("bin/initdb", "exit 1");
        Path unpacked = Binaries.cached(cache, jar, workFolder());
        Files.delete(unpacked.resolve("bin/initdb"));

        assertThat(Binaries.cached(cache, jar, workFolder()).resolve("bin/initdb"))
                .exists();
    }

    @Test
    void archiveEntryOutsideItsFolderIsRejected() throws IOException {
        Path jar = jar("../outside", "exit 1");

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Binaries.cached(cache, jar, workFolder()))
                .withMessageContaining("../outside");
    }

    @Test
    void jarForAnotherMachineIsRejectedByName() throws IOException {
        Path jar = temporary.resolve("empty.jar");
        new JarOutputStream(Files.newOutputStream(jar)).close();

        assertThatIllegalStateException()
                .isThrownBy(() -> Binaries.cached(cache, jar, workFolder()))
                .withMessageContaining("empty.jar")
                .withMessageContaining("pricing.test.postgres.binaries");
    }

    @Test
    void failedStartShowsTheServerLog() throws IOException {
        Path jar = jar("bin/initdb", "#!/bin/sh\necho no room on the disk >&2\nexit 1\n");

        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwx--x--x"));

        assertThatIllegalStateException()
                .isThrownBy(() -> EmbeddedServer.start(jar, temporary))
                .withMessageContaining("no room on the disk");
    }

    private Path workFolder() throws IOException {
        return Files.createDirectory(temporary.resolve("work" + starts++));
    }

    private Path jar(String file, String content) throws IOException {
        Path jar = temporary.resolve("binaries" + starts++ + ".jar");
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        try (JarOutputStream packed = new JarOutputStream(Files.newOutputStream(jar))) {
            packed.putNextEntry(new JarEntry(Binaries.archiveOfThisMachine()));
            try (OutputStream compressed = new XZOutputStream(packed, new LZMA2Options(0));
                    TarArchiveOutputStream tar = new TarArchiveOutputStream(compressed)) {
                TarArchiveEntry entry = new TarArchiveEntry(file);
                entry.setSize(bytes.length);
                entry.setMode(0100755);
                tar.putArchiveEntry(entry);
                tar.write(bytes);
                tar.closeArchiveEntry();
            }
        }
        return jar;
    }
}
