package io.modelpricing.testing;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The folder of one embedded server: its data, its log, its password, and the file {@code owner}, which the owning JVM
 * keeps locked. The operating system releases the lock whenever that JVM ends. Unlike a process id, a lock cannot be
 * reused by another process, and containers that share the folder see it.
 */
final class ServerFolder {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(10);

    private final Path path;
    private final FileChannel owner;

    private ServerFolder(Path path, FileChannel owner) {
        this.path = path;
        this.owner = owner;
    }

    /**
     * Creates a folder that this JVM owns. The cache must be locked, so that a sweep never sees the folder before its
     * owner's lock.
     */
    static ServerFolder create(Path cache, ServerUser user) throws IOException {
        Path path = Files.createTempDirectory(cache, ProcessHandle.current().pid() + "-");
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx--x--x"));
        FileChannel owner =
                FileChannel.open(path.resolve("owner"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        owner.lock();
        ServerFolder folder = new ServerFolder(path, owner);
        user.give(Files.createDirectory(folder.data()));
        return folder;
    }

    Path path() {
        return path;
    }

    Path data() {
        return path.resolve("data");
    }

    Path password() {
        return path.resolve("password");
    }

    String endOfLog() throws IOException {
        List<String> lines = Files.readAllLines(path.resolve("log"), StandardCharsets.ISO_8859_1);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    }

    /** Deletes the folder if it still exists, which means that the supervisor was killed. */
    void close() throws IOException {
        delete(path);
        owner.close();
    }

    /** Stops the servers and deletes the folders of JVMs that have ended. The cache must be locked. */
    static void sweep(Path cache) throws IOException {
        String ownPrefix = ProcessHandle.current().pid() + "-";
        try (var folders = Files.newDirectoryStream(cache, "[0-9]*-[0-9]*")) {
            for (Path folder : folders) {
                // Never open this JVM's own owner files: closing any channel of a file releases this process's locks on
                // it.
                boolean own = folder.getFileName().toString().startsWith(ownPrefix);
                if (!own && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) && !hasOwner(folder)) {
                    delete(folder);
                }
            }
        }
    }

    private static boolean hasOwner(Path folder) throws IOException {
        Path owner = folder.resolve("owner");
        if (!Files.isRegularFile(owner, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(owner, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            return channel.tryLock() == null;
        } catch (NoSuchFileException deletedMeanwhile) {
            return false;
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        stopServer(folder);
        // A process of the killed server may still write to the folder during the first attempt.
        shell("rm -rf -- \"$0\" 2>/dev/null || { sleep 1; rm -rf -- \"$0\"; }", folder.toString());
    }

    /**
     * Stops the server of a folder. It is found by the folder in its command line, because the process id in
     * postmaster.pid may have been reused.
     */
    private static void stopServer(Path folder) throws IOException {
        String argument = "-D " + folder.resolve("data");
        List<ProcessHandle> servers = ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains(argument))
                .toList();
        for (ProcessHandle server : servers) {
            // SIGQUIT is an immediate shutdown: unlike SIGKILL, it releases the server's shared memory.
            shell("kill -s QUIT \"$0\" 2>/dev/null || ! kill -s 0 \"$0\" 2>/dev/null", Long.toString(server.pid()));
        }
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        for (ProcessHandle server : servers) {
            while (server.isAlive() && System.nanoTime() < deadline) {
                LockSupport.parkNanos(PAUSE.toNanos());
            }
            server.destroyForcibly();
        }
    }

    private static void shell(String script, String argument) throws IOException {
        Process process = new ProcessBuilder("sh", "-c", script, argument)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit = process.onExit().join().exitValue();
        if (exit != 0) {
            throw new IOException("exit code " + exit + " of " + script + " with " + argument + ": " + output.strip());
        }
    }
}
