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
 * The folder of an operating system user's embedded servers and unpacked binaries. It is locked until it is closed, so
 * that one start at a time uses it, across threads and JVMs.
 */
final class ServerCache implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofMillis(10);

    /** Excludes other threads of this JVM: a file lock excludes only other processes. */
    private static final ReentrantLock THREADS = new ReentrantLock();

    private final Path path;
    private final FileChannel lockFile;

    private ServerCache(Path path, FileChannel lockFile) {
        this.path = path;
        this.lockFile = lockFile;
    }

    /** Locks the cache of the user that runs this JVM. Waits while another thread or JVM holds the lock. */
    static ServerCache lock(Path parent) throws IOException {
        Path path = createOrVerify(parent);
        THREADS.lock();
        FileChannel lockFile = null;
        try {
            lockFile = FileChannel.open(
                    path.resolve("lock"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS);
            while (lock(lockFile) == null) {
                AtExit.refuseDuringShutdown();
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
        } catch (OverlappingFileLockException heldThroughAnotherClassLoader) {
            return null;
        }
    }

    private static Path createOrVerify(Path parent) throws IOException {
        String user = System.getProperty("user.name");
        Path path = parent.toRealPath().resolve("model-pricing-postgres-" + user.replaceAll("[^A-Za-z0-9_.-]", "_"));
        try {
            // Root starts the server as another user, who must be able to enter.
            Set<PosixFilePermission> permissions = PosixFilePermissions.fromString("rwx--x--x");
            Files.createDirectory(path, PosixFilePermissions.asFileAttribute(permissions));
            Files.setPosixFilePermissions(path, permissions);
        } catch (FileAlreadyExistsException fromAnEarlierStart) {
            requirePrivate(path, user);
        }
        return path;
    }

    /** In a world-writable folder, another user could have created the cache and put other programs into it. */
    private static void requirePrivate(Path path, String user) throws IOException {
        UserPrincipal self =
                path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user);
        PosixFileAttributes found = Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!found.isDirectory()
                || !found.owner().equals(self)
                || found.permissions().contains(PosixFilePermission.GROUP_WRITE)
                || found.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IllegalStateException(path + " must be a folder that only " + user
                    + " can write to: delete it, or choose another folder with -Djava.io.tmpdir=…");
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
