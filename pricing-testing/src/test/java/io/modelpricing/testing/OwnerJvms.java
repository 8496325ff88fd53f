package io.modelpricing.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** JVMs that start embedded servers, observed from outside. Two classes of tests extend it, one for each fork. */
abstract class OwnerJvms {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @TempDir
    static Path temporary;

    private final List<Process> jvms = new ArrayList<>();

    /** A JVM that starts a server, prints a line, and waits for the end of its input. */
    static final class Owner {
        public static void main(String[] arguments) throws IOException {
            ThrowawayPostgres postgres = ThrowawayPostgres.embedded();
            postgres.createDatabase();
            System.out.println("started " + postgres.version());
            System.in.read();
        }
    }

    @BeforeEach
    void letOtherUsersEnter() throws IOException {
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwx--x--x"));
    }

    @AfterEach
    void endJvms() throws InterruptedException {
        for (Process jvm : jvms) {
            jvm.destroyForcibly().waitFor();
        }
        await(() -> servers().isEmpty() && folders().isEmpty());
    }

    Process started() throws IOException {
        Process jvm = starting();
        assertThat(firstLine(jvm)).startsWith("started ");
        return jvm;
    }

    Process starting() throws IOException {
        return start(owner());
    }

    Process start(ProcessBuilder owner) throws IOException {
        Process jvm = owner.start();
        jvms.add(jvm);
        return jvm;
    }

    static ProcessBuilder owner() {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Djava.io.tmpdir=" + temporary,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Owner.class.getName())
                .redirectErrorStream(true);
    }

    /** Returns the first line that a JVM prints. A warning before the expected line fails the test. */
    static String firstLine(Process jvm) throws IOException {
        BufferedReader output = jvm.inputReader(StandardCharsets.UTF_8);
        return String.valueOf(output.readLine());
    }

    static List<ProcessHandle> servers() {
        String data = "-D " + temporary;
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains(data))
                .toList();
    }

    static List<Path> folders() {
        try (Stream<Path> caches = Files.list(temporary)) {
            List<Path> found = new ArrayList<>();
            for (Path cache : caches.filter(
                            path -> path.getFileName().toString().startsWith("model-pricing-"))
                    .toList()) {
                try (DirectoryStream<Path> folders = Files.newDirectoryStream(cache, "[0-9]*-[0-9]*")) {
                    folders.forEach(found::add);
                }
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    interface Condition {
        boolean holds();
    }

    static void await(Condition condition) throws InterruptedException {
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (!condition.holds() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertThat(servers()).isEmpty();
        assertThat(folders()).isEmpty();
    }
}
