package io.modelpricing.testing;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The folder that holds the folders of all of a user's embedded servers and the unpacked binaries, locked against
 * other starts, of this JVM or another, until it is closed.
 */
final class ServerCache implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofMillis(10);

    /** Keeps the threads of this JVM apart: a file lock only knows processes. */
    private static final ReentrantLock THREADS = new ReentrantLock();

    private final Path path;
    private final FileChannel lockFile;

    private ServerCache(Path path, FileChannel lockFile) {
        this.path = path;
        this.lockFile = lockFile;
    }

    /** The shelf of the user as whom this JVM runs. Waits while somebody else has it. */
    static ServerCache lock(Path below) throws IOException {
        Path path = existing(below);
        THREADS.lock();
        FileChannel lockFile = null;
        try {
            lockFile = FileChannel.open(
                    path.resolve("lock"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS);
            while (lock(lockFile) == null) {
                AtExit.refuseWhileEnding();
                LockSupport.parkNanos(PAUSE.toNanos());
            }
            return new ServerCache(path, lockFile);
        } catch (IOException | RuntimeException e) {
            if (lockFile != null) {
                lockFile.close();
            }
            THREADS.unlock();
            throw e;
        }
    }

    private static @Nullable FileLock lock(FileChannel lockFile) throws IOException {
        try {
            return lockFile.tryLock();
        } catch (OverlappingFileLockException heldByThisClassUnderAnotherLoader) {
            return null;
        }
    }

    private static Path existing(Path below) throws IOException {
        String user = System.getProperty("user.name");
        Path path = below.toRealPath().resolve("model-pricing-postgres-" + user.replaceAll("[^A-Za-z0-9_.-]", "_"));
        try {
            // Root's server runs as another user, who must get through.
            Set<PosixFilePermission> permissions = PosixFilePermissions.fromString("rwx--x--x");
            Files.createDirectory(path, PosixFilePermissions.asFileAttribute(permissions));
            Files.setPosixFilePermissions(path, permissions);
        } catch (FileAlreadyExistsException fromAnEarlierStart) {
            refuseOthers(path, user);
        }
        return path;
    }

    /** In a folder where anybody may write, anybody may have made this one, with programs of his own in it. */
    private static void refuseOthers(Path path, String user) throws IOException {
        UserPrincipal self =
                path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user);
        PosixFileAttributes found = Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!found.isDirectory()
                || !found.owner().equals(self)
                || found.permissions().contains(PosixFilePermission.GROUP_WRITE)
                || found.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IllegalStateException(path + " is not a folder that only " + user
                    + " can write. Delete it, or choose another place with -Djava.io.tmpdir=…");
        }
    }

    Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        try {
            lockFile.close();
        } finally {
            THREADS.unlock();
        }
    }
}
