package io.modelpricing.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/** A server of our own: PostgreSQL's programs, run by the keeper ({@code keeper.sh}) in a folder of their own. */
final class EmbeddedServer implements PostgresServer {

    static final int MAX_CONNECTIONS = 200;

    private static final String HOST = "127.0.0.1";
    private static final String USER = "postgres";

    private final ServerFolder folder;
    private final Process keeper;
    private final int port;
    private final String password;

    private EmbeddedServer(ServerFolder folder, Process keeper, int port, String password) {
        this.folder = folder;
        this.keeper = keeper;
        this.port = port;
        this.password = password;
    }

    /**
     * A started server.
     *
     * @param jar the jar that packs PostgreSQL's programs; null for the one on the class path
     * @param below where the shelf stands
     */
    static EmbeddedServer start(@Nullable Path jar, Path below) {
        try {
            EmbeddedServer server;
            Path binaries;
            try (ServerCache shelf = ServerCache.lock(below)) {
                ServerFolder.sweep(shelf.path());
                ServerUser user = ServerUser.whoCanEnter(shelf.path());
                server = AtExit.list(() -> prepare(shelf.path(), user), EmbeddedServer::close);
                binaries = server.unpack(shelf.path(), jar);
            }
            server.run(binaries);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException("The embedded PostgreSQL did not start: " + e.getMessage(), e);
        }
    }

    private static EmbeddedServer prepare(Path shelf, ServerUser user) {
        try {
            ServerFolder folder = ServerFolder.create(shelf, user);
            try {
                int port = freePort();
                String password = randomPassword();
                Files.writeString(folder.password(), password);
                user.give(folder.password());
                return new EmbeddedServer(folder, startKeeper(folder.path(), port, user), port, password);
            } catch (IOException | RuntimeException e) {
                folder.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The embedded PostgreSQL did not start: " + e.getMessage(), e);
        }
    }

    private static Process startKeeper(Path folder, int port, ServerUser user) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", keeperScript(), "throwaway-postgres-keeper"));
        command.addAll(List.of(folder.toString(), Integer.toString(port)));
        command.addAll(user.command());
        ProcessBuilder keeper = new ProcessBuilder(command)
                .directory(Path.of("/").toFile())
                .redirectError(folder.resolve("log").toFile());
        keeper.environment().put("LC_ALL", "C");
        return keeper.start();
    }

    /** Holds the lock that {@link #close()} takes, so that nothing is unpacked into a folder that is being deleted. */
    private synchronized Path unpack(Path shelf, @Nullable Path jar) throws IOException {
        try {
            AtExit.refuseWhileEnding();
            return Binaries.onShelf(shelf, jar, folder.path());
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private void run(Path binaries) throws IOException {
        String log;
        try {
            keeper.getOutputStream().write((binaries + "\n").getBytes(StandardCharsets.UTF_8));
            keeper.getOutputStream().flush();
            if ("ready".equals(keeper.inputReader(StandardCharsets.UTF_8).readLine())) {
                return;
            }
            AtExit.refuseWhileEnding();
            log = folder.endOfLog();
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
        close();
        throw new IllegalStateException("The embedded PostgreSQL did not start. Its log ends with:\n" + log);
    }

    @Override
    public String maintenanceDatabase() {
        return "postgres";
    }

    @Override
    public PGSimpleDataSource dataSource(String database) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {HOST});
        source.setPortNumbers(new int[] {port});
        source.setDatabaseName(database);
        source.setUser(USER);
        source.setPassword(password);
        return source;
    }

    /** Ends the keeper's input, and so the server and its folder. */
    @Override
    public synchronized void close() {
        try {
            keeper.getOutputStream().close();
            keeper.onExit().join();
            folder.close();
        } catch (IOException e) {
            throw new UncheckedIOException("The embedded PostgreSQL could not be removed: " + e.getMessage(), e);
        } finally {
            AtExit.unlist(this);
        }
    }

    private static String keeperScript() throws IOException {
        try (InputStream script = EmbeddedServer.class.getResourceAsStream("keeper.sh")) {
            if (script == null) {
                throw new IllegalStateException("keeper.sh is missing beside " + EmbeddedServer.class.getName());
            }
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String randomPassword() {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /** A port on which nobody listens, below those that systems hand out for outgoing connections. */
    private static int freePort() throws IOException {
        SecureRandom random = new SecureRandom();
        IOException refused = new IOException("No free port");
        for (int attempt = 0; attempt < 100; attempt++) {
            int port = 10_000 + random.nextInt(20_000);
            try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
                return free.getLocalPort();
            } catch (IOException taken) {
                refused.addSuppressed(taken);
            }
        }
        throw refused;
    }
}
