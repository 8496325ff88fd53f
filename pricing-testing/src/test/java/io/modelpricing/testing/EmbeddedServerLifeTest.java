package io.modelpricing.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When an embedded server stops, observed from outside the JVM that started it. */
class EmbeddedServerLifeTest extends OwnerJvms {

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
    void serverWithoutSupervisorStopsWithItsJvm() throws Exception {
        Process jvm = started();
        jvm.descendants().toList().forEach(ProcessHandle::destroyForcibly);
        jvm.destroy();
        jvm.waitFor();

        assertThat(servers()).isEmpty();
        assertThat(folders()).isEmpty();
    }
}
