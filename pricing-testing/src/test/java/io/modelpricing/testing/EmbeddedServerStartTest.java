package io.modelpricing.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the start of an embedded server does to the servers of other JVMs, and who runs it. */
class EmbeddedServerStartTest extends OwnerJvms {

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
}
