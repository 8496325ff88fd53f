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

/** An embedded server: PostgreSQL's programs, started and stopped by {@code supervisor.sh} in a folder of their own. */
final class EmbeddedServer implements PostgresServer {

    static final int MAX_CONNECTIONS = 200;

    private static final String HOST = "127.0.0.1";
    private static final String USER = "postgres";

    private final ServerFolder folder;
    private final Process supervisor;
    private final int port;
    private final String password;

    private EmbeddedServer(ServerFolder folder, Process supervisor, int port, String password) {
        this.folder = folder;
        this.supervisor = supervisor;
        this.port = port;
        this.password = password;
    }

    /**
     * Starts a server.
     *
     * @param jar the jar with PostgreSQL's programs; null for the one on the class path
     * @param parent the folder that contains the server cache
     */
    static EmbeddedServer start(@Nullable Path jar, Path parent) {
        try {
            EmbeddedServer server;
            Path binaries;
            try (ServerCache cache = ServerCache.lock(parent)) {
                ServerFolder.sweep(cache.path());
                ServerUser user = ServerUser.ableToEnter(cache.path());
                server = AtExit.register(() -> prepare(cache.path(), user), EmbeddedServer::close);
                binaries = server.unpack(cache.path(), jar);
            }
            server.run(binaries);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException("the embedded PostgreSQL did not start: " + e.getMessage(), e);
        }
    }

    private static EmbeddedServer prepare(Path cache, ServerUser user) {
        try {
            ServerFolder folder = ServerFolder.create(cache, user);
            try {
                int port = freePort();
                String password = randomPassword();
                Files.writeString(folder.password(), ScramSecret.of(password));
                user.give(folder.password());
                return new EmbeddedServer(folder, startSupervisor(folder.path(), port, user), port, password);
            } catch (IOException | RuntimeException e) {
                folder.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the embedded PostgreSQL did not start: " + e.getMessage(), e);
        }
    }

    private static Process startSupervisor(Path folder, int port, ServerUser user) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", supervisorScript(), "throwaway-postgres-supervisor"));
        command.addAll(List.of(folder.toString(), Integer.toString(port)));
        command.addAll(user.command());
        ProcessBuilder supervisor = new ProcessBuilder(command)
                .directory(Path.of("/").toFile())
                .redirectError(folder.resolve("log").toFile());
        supervisor.environment().put("LC_ALL", "C");
        return supervisor.start();
    }

    /** Synchronized with {@link #close()}, which deletes the folder that this method unpacks into. */
    private synchronized Path unpack(Path cache, @Nullable Path jar) throws IOException {
        try {
            AtExit.refuseDuringShutdown();
            return Binaries.cached(cache, jar, folder.path());
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private void run(Path binaries) throws IOException {
        String log;
        try {
            supervisor.getOutputStream().write((binaries + "\n").getBytes(StandardCharsets.UTF_8));
            supervisor.getOutputStream().flush();
            if ("ready".equals(supervisor.inputReader(StandardCharsets.UTF_8).readLine())) {
                return;
            }
            AtExit.refuseDuringShutdown();
            log = folder.endOfLog();
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
        close();
        throw new IllegalStateException("the embedded PostgreSQL did not start. Its log ends with:\n" + log);
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

    /** Closes the supervisor's input, which makes the supervisor stop the server and delete its folder. */
    @Override
    public synchronized void close() {
        try {
            supervisor.getOutputStream().close();
            supervisor.onExit().join();
            folder.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the embedded PostgreSQL could not be removed: " + e.getMessage(), e);
        } finally {
            AtExit.unregister(this);
        }
    }

    private static String supervisorScript() throws IOException {
        try (InputStream script = EmbeddedServer.class.getResourceAsStream("supervisor.sh")) {
            if (script == null) {
                throw new IllegalStateException(
                        "resource supervisor.sh of " + EmbeddedServer.class.getName() + " is missing");
            }
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String randomPassword() {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /** Returns a free port below the range that operating systems use for outgoing connections. */
    private static int freePort() throws IOException {
        SecureRandom random = new SecureRandom();
        IOException refused = new IOException("no free port between 10000 and 29999 in 100 attempts");
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
