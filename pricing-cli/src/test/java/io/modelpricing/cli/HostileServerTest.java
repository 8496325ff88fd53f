package io.modelpricing.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The command line against servers that do not behave as PostgreSQL. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileServerTest {

    private static final String CANARY = "C4nary-secret";

    /** What a server does after the first message of a client. */
    private interface Behavior {
        void answer(DataInputStream in, DataOutputStream out) throws IOException;
    }

    /** Runs a command against a server on a thread of its own. */
    private static CommandLineRun run(Behavior behavior, String password, String... args) throws Exception {
        try (ServerSocket server = listen(behavior)) {
            return CommandLineRun.of(Map.of("PRICING_URL", url(server), "PRICING_PASSWORD", password), "", args);
        }
    }

    private static ServerSocket listen(Behavior behavior) throws IOException {
        ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(() -> serve(server, behavior));
        thread.setDaemon(true);
        thread.start();
        return server;
    }

    private static String url(ServerSocket server) {
        return "jdbc:postgresql://localhost:" + server.getLocalPort() + "/db?sslmode=disable&user=ada";
    }

    private static void serve(ServerSocket server, Behavior behavior) {
        while (!server.isClosed()) {
            try (Socket client = server.accept()) {
                DataInputStream in = new DataInputStream(client.getInputStream());
                DataOutputStream out = new DataOutputStream(client.getOutputStream());
                in.skipNBytes(in.readInt() - 4);
                behavior.answer(in, out);
                out.flush();
            } catch (IOException e) {
                // The client has closed the connection, or the test has ended.
            }
        }
    }

    private static byte[] error(String state, String message) {
        return ("SFATAL\0VFATAL\0C" + state + "\0M" + message + "\0\0").getBytes(UTF_8);
    }

    private static void send(DataOutputStream out, char type, byte[] content) throws IOException {
        out.writeByte(type);
        out.writeInt(content.length + 4);
        out.write(content);
    }

    @Test
    void serverThatNeverAnswersIsUnreachable() throws Exception {
        try (ServerSocket server = listen((in, out) -> in.readByte())) {
            CommandLineRun run =
                    CommandLineRun.of(Map.of("PRICING_URL", url(server) + "&socketTimeout=1"), "", "status");

            assertThat(run.exitCode()).as(run.all()).isEqualTo(3);
            assertThat(run.err())
                    .contains("cannot reach a PostgreSQL server at localhost:", "it did not answer in time");
        }
    }

    @Test
    void hostThatNeverAnswersDoesNotHideTheNextOne() throws Exception {
        try (TestDatabase database = TestDatabase.expanded();
                ServerSocket server = listen((in, out) -> in.readByte())) {
            String hosts = "localhost:" + server.getLocalPort() + ",";
            Map<String, String> environment = new HashMap<>(database.environment());
            environment.compute("PRICING_URL", (name, url) -> url.replace("//", "//" + hosts) + "&socketTimeout=2");

            CommandLineRun run = CommandLineRun.of(environment, "", "status");

            assertThat(run.exitCode()).as(run.all()).isZero();
        }
    }

    @Test
    void passwordThatTheServerSendsBackIsMasked() throws Exception {
        Behavior echo = (in, out) -> {
            out.writeByte('R');
            out.writeInt(8);
            out.writeInt(3);
            out.flush();
            in.readByte();
            byte[] password = in.readNBytes(in.readInt() - 4);
            send(out, 'E', error("28P01", "no: " + new String(password, 0, password.length - 1, UTF_8)));
        };
        for (String[] args : new String[][] {{"status"}, {"status", "--json"}, {"status", "--verbose"}}) {
            CommandLineRun run = run(echo, CANARY, args);

            assertThat(run.exitCode()).as(run.all()).isEqualTo(3);
            assertThat(run.all()).contains("no: ***").doesNotContain(CANARY);
        }
    }

    @Test
    void controlCharactersOfTheServerAreEscaped() throws Exception {
        Behavior behavior = (in, out) -> send(out, 'E', error("28000", "a\u001B[2Jb\u202Ec\rd"));

        assertThat(run(behavior, "", "status").err()).contains("a\\u001B[2Jb\\u202Ec\\u000Dd");
        assertThat(run(behavior, "", "status", "--verbose").err()).doesNotContain("\u001B", "\u202E", "\r");
        CommandLineRun json = run(behavior, "", "status", "--json");
        assertThat(json.out()).contains("a\\u001B[2Jb\\u202Ec\\rd");
        assertThat(json.json().path("error").path("message").asText()).contains("a\u001B[2Jb\u202Ec\rd");
    }

    @Test
    void longMessageOfTheServerIsCut() throws Exception {
        Behavior behavior = (in, out) -> send(out, 'E', error("28000", "x".repeat(20_000_000)));

        for (String[] args : new String[][] {{"status"}, {"status", "--json"}, {"status", "--verbose"}}) {
            CommandLineRun run = run(behavior, "", args);

            assertThat(run.exitCode()).isEqualTo(3);
            assertThat(run.all()).contains("xxx…").hasSizeLessThan(200_000);
        }
    }

    @Test
    void messageThatDoesNotFitIntoMemoryIsAFailure() throws Exception {
        Behavior behavior = (in, out) -> {
            out.writeByte('E');
            out.writeInt(Integer.MAX_VALUE);
            byte[] part = "x".repeat(100_000).getBytes(UTF_8);
            for (int i = 0; i < 20_000; i++) {
                out.write(part);
            }
        };
        try (ServerSocket server = listen(behavior)) {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx64m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            PricingCommand.class.getName(),
                            "status",
                            "--json",
                            "--url",
                            url(server))
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);

            assertThat(process.waitFor()).as(output).isEqualTo(3);
            assertThat(output)
                    .contains("{\"error\":{\"kind\":\"out_of_memory\",\"message\":\"the answer of the server")
                    .doesNotContain("\tat ", "Exception");
        }
    }
}
