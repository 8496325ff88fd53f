package io.modelpricing.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When an embedded server stops, observed from outside the JVM that started it. */
class EmbeddedServerLifeTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @TempDir
    private static Path temporary;

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

    @Test
    void exitingJvmLeavesNothing() throws Exception {
        Process jvm = started();
        jvm.getOutputStream().close();

        assertThat(jvm.waitFor()).isZero();
        assertThat(servers()).isEmpty();
        assertThat(folders()).isEmpty();
    }

    @Test
    void terminatedJvmLeavesNothing() throws Exception {
        Process jvm = started();
        jvm.destroy();
        jvm.waitFor();

        assertThat(servers()).isEmpty();
        assertThat(folders()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 300, 500, 900})
    void jvmTerminatedDuringStartLeavesNothing(int milliseconds) throws Exception {
        Process jvm = starting();
        TimeUnit.MILLISECONDS.sleep(milliseconds);
        jvm.destroy();
        jvm.waitFor();

        await(() -> servers().isEmpty() && folders().isEmpty());
    }

    @Test
    void supervisorStopsTheServerOfAKilledJvm() throws Exception {
        Process jvm = started();
        jvm.destroyForcibly().waitFor();

        await(() -> servers().isEmpty() && folders().isEmpty());
    }

    @Test
    void nextStartStopsTheServerOfAKilledJvmAndKilledSupervisor() throws Exception {
        Process jvm = started();
        List<ProcessHandle> supervisors = jvm.descendants().toList();
        assertThat(supervisors).isNotEmpty();
        supervisors.forEach(ProcessHandle::destroyForcibly);
        jvm.destroyForcibly().waitFor();
        assertThat(servers()).hasSize(1);
        ProcessHandle orphan = servers().get(0);
        Path abandoned = folders().get(0);

        started();

        assertThat(orphan.isAlive()).isFalse();
        assertThat(abandoned).doesNotExist();
        assertThat(servers()).hasSize(1);
        assertThat(folders()).hasSize(1);
    }

    @Test
    void serverWithoutSupervisorStopsWithItsJvm() throws Exception {
        Process jvm = started();
        jvm.descendants().toList().forEach(ProcessHandle::destroyForcibly);
        jvm.destroy();
        jvm.waitFor();

        assertThat(servers()).isEmpty();
        assertThat(folders()).isEmpty();
    }

    @Test
    void startDoesNotStopServersOfOtherJvms() throws Exception {
        started();
        List<ProcessHandle> first = servers();

        started();

        assertThat(servers()).hasSize(2).containsAll(first);
        assertThat(folders()).hasSize(2);
    }

    @Test
    void severalJvmsStartConcurrently() throws Exception {
        List<Process> starting = List.of(starting(), starting(), starting());
        for (Process jvm : starting) {
            assertThat(firstLine(jvm)).startsWith("started ");
        }

        assertThat(servers()).hasSize(3);
    }

    @Test
    void anotherAccountRunsTheServerIfRootMayNotUnshare() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root needs another account");
        Path programs = Files.createDirectories(temporary.resolve("programs"));
        Path unshare = programs.resolve("unshare");
        Files.writeString(unshare, "#!/bin/sh\necho 'unshare failed: Operation not permitted' >&2\nexit 1\n");
        Files.setPosixFilePermissions(unshare, PosixFilePermissions.fromString("rwxr-xr-x"));
        ProcessBuilder owner = owner();
        owner.environment().merge("PATH", programs.toString(), (path, first) -> first + ":" + path);

        Process jvm = start(owner);
        assertThat(firstLine(jvm)).startsWith("started ");
        assertThat(servers())
                .singleElement()
                .satisfies(server -> assertThat(server.info().user())
                        .hasValueSatisfying(user -> assertThat(user).isIn("postgres", "nobody")));
        jvm.destroy();
        jvm.waitFor();

        assertThat(servers()).isEmpty();
        assertThat(folders()).isEmpty();
    }

    private Process started() throws IOException {
        Process jvm = starting();
        assertThat(firstLine(jvm)).startsWith("started ");
        return jvm;
    }

    private Process starting() throws IOException {
        return start(owner());
    }

    private Process start(ProcessBuilder owner) throws IOException {
        Process jvm = owner.start();
        jvms.add(jvm);
        return jvm;
    }

    private static ProcessBuilder owner() {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + temporary,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Owner.class.getName())
                .redirectErrorStream(true);
    }

    /** Returns the first line that a JVM prints. A warning before the expected line fails the test. */
    private static String firstLine(Process jvm) throws IOException {
        BufferedReader output = jvm.inputReader(StandardCharsets.UTF_8);
        return String.valueOf(output.readLine());
    }

    private static List<ProcessHandle> servers() {
        String data = "-D " + temporary;
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains(data))
                .toList();
    }

    private static List<Path> folders() {
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

    private interface Condition {
        boolean holds();
    }

    private static void await(Condition condition) throws InterruptedException {
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (!condition.holds() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertThat(servers()).isEmpty();
        assertThat(folders()).isEmpty();
    }
}
