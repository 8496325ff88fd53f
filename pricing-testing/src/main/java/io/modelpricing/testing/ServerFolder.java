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
 * The folder of one embedded server: its data, its log, its password, and the file {@code owner}, on which the owning
 * JVM holds a lock. The lock ends with the JVM whatever happens to it, is not fooled by a process id used again, and is
 * seen through containers that share the folder.
 */
final class ServerFolder {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(10);

    private final Path path;
    private final FileChannel owner;

    private ServerFolder(Path path, FileChannel owner) {
        this.path = path;
        this.owner = owner;
    }

    /** A new folder, owned by this JVM. The shelf must be locked, or a sweep could see the folder before its owner. */
    static ServerFolder create(Path shelf, ServerUser user) throws IOException {
        Path path = Files.createTempDirectory(shelf, ProcessHandle.current().pid() + "-");
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

    /** Deletes what the keeper has left, which is something only if the keeper itself was killed. */
    void close() throws IOException {
        delete(path);
        owner.close();
    }

    /** Ends the servers and deletes the folders of JVMs that are no more. The shelf must be locked. */
    static void sweep(Path shelf) throws IOException {
        String own = ProcessHandle.current().pid() + "-";
        try (var folders = Files.newDirectoryStream(shelf, "[0-9]*-[0-9]*")) {
            for (Path folder : folders) {
                // Closing any channel of a file ends all this process's locks on it: never open our own.
                boolean ours = folder.getFileName().toString().startsWith(own);
                if (!ours && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) && !hasOwner(folder)) {
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
        endServer(folder);
        // Again, for what a process of the killed server wrote while the first went through the folder.
        shell("rm -rf -- \"$0\" 2>/dev/null || { sleep 1; rm -rf -- \"$0\"; }", folder.toString());
    }

    /**
     * Ends the server of a folder. It is found by its command line, on which the folder stands: the process id in
     * postmaster.pid may long belong to somebody else.
     */
    private static void endServer(Path folder) throws IOException {
        String argument = "-D " + folder.resolve("data");
        List<ProcessHandle> servers = ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains(argument))
                .toList();
        for (ProcessHandle server : servers) {
            // Immediate shutdown: unlike after a kill, the server's shared memory is given back.
            shell("kill -s QUIT \"$0\" 2>/dev/null || ! kill -s 0 \"$0\" 2>/dev/null", Long.toString(server.pid()));
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
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
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit = process.onExit().join().exitValue();
        if (exit != 0) {
            throw new IOException("Exit code " + exit + " of " + script + " with " + argument + ": " + said.strip());
        }
    }
}
