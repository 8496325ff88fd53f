package io.modelpricing.compat.survival;

import io.modelpricing.testing.ThrowawayPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A server that can be killed with SIGKILL and restarted on the same data directory. */
final class CrashableServer implements AutoCloseable {

    private final ThrowawayPostgres postgres = ThrowawayPostgres.embedded();
    private final Path data;
    private final List<String> startAgain;

    CrashableServer() {
        try (LiveDatabase live = new LiveDatabase(postgres.createDatabase())) {
            data = Path.of(live.texts("show data_directory").get(0));
        }
        ProcessHandle.Info server = ProcessHandle.of(postmaster()).orElseThrow().info();
        Path programs = Path.of(server.command().orElseThrow()).getParent();
        startAgain = new ArrayList<>(as(server.user().orElseThrow()));
        startAgain.addAll(List.of(programs.resolve("pg_ctl").toString(), "restart", "-w", "-D", data.toString()));
    }

    /** Returns the command prefix for another user: PostgreSQL does not run as root. */
    private static List<String> as(String user) {
        boolean isOwn = user.equals(System.getProperty("user.name"));
        return isOwn
                ? user.equals("root") ? List.of("unshare", "-U") : List.of()
                : List.of("runuser", "-u", user, "--");
    }

    ThrowawayPostgres postgres() {
        return postgres;
    }

    /** Kills the server and all its processes with SIGKILL, and restarts it. */
    void crash() {
        ProcessHandle server = ProcessHandle.of(postmaster()).orElseThrow();
        List<ProcessHandle> processes = new ArrayList<>(server.descendants().toList());
        processes.add(0, server);
        processes.forEach(ProcessHandle::destroyForcibly);
        for (ProcessHandle process : processes) {
            while (process.isAlive()) {
                LockSupport.parkNanos(1_000_000);
            }
        }
        try {
            Process start = new ProcessBuilder(startAgain)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (start.waitFor() != 0) {
                throw new IllegalStateException("the server does not restart: " + startAgain);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private long postmaster() {
        try {
            return Long.parseLong(
                    Files.readAllLines(data.resolve("postmaster.pid")).get(0).strip());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        postgres.close();
    }
}
