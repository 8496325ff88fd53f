package io.modelpricing.compat.survival;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toCollection;

import io.modelpricing.compat.MigrationStatus;
import io.modelpricing.compat.NotAppliedException;
import io.modelpricing.compat.Phase;
import io.modelpricing.compat.Verify;
import io.modelpricing.compat.survival.Fault.Kind;
import io.modelpricing.compat.survival.Fault.When;
import io.modelpricing.testing.ThrowawayDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.flywaydb.core.api.FlywayException;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Runs a step of the migration with a fault and checks the state of the database.
 *
 * <p>The state must be that of an undisturbed run after its last commit before the fault: no partial transaction, and
 * no lost commit. Then the step is run again and must end in the same state as the undisturbed run.
 */
final class KillPoints implements AutoCloseable {

    private static final Set<String> CHANGES_NOTHING = Set.of("select", "show", "set", "savepoint", "release");

    /** A batch of populate is one query that changes rows. */
    private static final String BATCH = "legacy_price_populate";

    private final CrashableServer server = new CrashableServer();
    private final Map<MigrationStep, ThrowawayDatabase> templates = new EnumMap<>(MigrationStep.class);
    private final Map<MigrationStep, Reference> references = new EnumMap<>(MigrationStep.class);
    private final ThrowawayDatabase legacy;
    private final Set<State> verified = new HashSet<>();

    /**
     * The record of an undisturbed run.
     *
     * @param nanos the time of each statement and commit
     * @param commits whether it committed a transaction
     * @param connections the backend that ran it
     * @param states the state before each of them, and after the last one
     */
    private record Reference(
            List<Long> nanos, List<Boolean> commits, List<Integer> connections, List<State> states, List<String> sql) {

        int size() {
            return nanos.size();
        }

        List<State> allowed(Point point) {
            int index = point.when().index();
            State before = states.get(index);
            if (!point.when().isDuring()) {
                return List.of(before);
            }
            int commit = index + commits.subList(index, size()).indexOf(true);
            // Flyway writes its history on a second connection: if that is terminated, the other one still commits.
            // A second run of Flyway repeats the migration, which changes nothing.
            boolean isOthers =
                    point.kind() == Kind.TERMINATED && !connections.get(commit).equals(connections.get(index));
            return commit == index || isOthers ? List.of(before, states.get(commit + 1)) : List.of(before);
        }
    }

    /** A run of a step with a fault. */
    record Point(MigrationStep step, Kind kind, When when) {}

    KillPoints() {
        try (LiveDatabase live = LiveDatabase.legacy(server.postgres())) {
            live.withModelsOfEveryKind();
            legacy = server.postgres().createDatabase(live.throwaway());
        }
        for (MigrationStep step : MigrationStep.values()) {
            try (LiveDatabase live = copyBefore(step)) {
                references.put(step, reference(live, step));
                step.settle(live);
                templates.put(step, server.postgres().createDatabase(live.throwaway()));
            }
        }
    }

    String version() {
        return server.postgres().version();
    }

    private LiveDatabase copyBefore(MigrationStep step) {
        MigrationStep previous = step.previous();
        ThrowawayDatabase template = previous == null ? legacy : requireNonNull(templates.get(previous));
        return new LiveDatabase(server.postgres().createDatabase(template));
    }

    private static Reference reference(LiveDatabase live, MigrationStep step) {
        Reference reference = new Reference(
                new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        reference.states().add(State.of(live.pool()));
        step.run(Watched.watched(live.dataSource(), new Watched.Observer() {
            private long since;

            @Override
            public void before(Connection connection, String sql, boolean commits) {
                since = System.nanoTime();
            }

            @Override
            public void after(Connection connection, String sql, boolean commits) throws SQLException {
                reference
                        .connections()
                        .add(connection.unwrap(PGConnection.class).getBackendPID());
                reference.nanos().add(System.nanoTime() - since);
                reference.commits().add(commits);
                reference.sql().add(sql);
                String verb = sql.strip().split("\\W", 2)[0].toLowerCase(Locale.ROOT);
                List<State> states = reference.states();
                states.add(
                        commits && (!CHANGES_NOTHING.contains(verb) || sql.contains(BATCH))
                                ? State.of(live.pool())
                                : states.get(states.size() - 1));
            }
        }));
        return reference;
    }

    /** Returns the number of statements and commits of a step. */
    int boundaries(MigrationStep step) {
        return requireNonNull(references.get(step)).size();
    }

    /** Chooses random points for some kinds of faults, spread over all steps. The seed determines the choice. */
    List<Point> choose(Kind kind, int count, long seed) {
        Random random = new Random(seed + kind.ordinal());
        List<Point> chosen = new ArrayList<>();
        boolean isFirst = true;
        while (chosen.size() < count) {
            List<List<Point>> each = new ArrayList<>();
            for (MigrationStep step : MigrationStep.values()) {
                Reference reference = requireNonNull(references.get(step));
                List<Point> points = IntStream.range(0, reference.size())
                        .mapToObj(i -> new Point(step, kind, new When(i, (long)
                                (random.nextDouble() * 1.2 * reference.nanos().get(i)))))
                        .collect(toCollection(ArrayList::new));
                if (isFirst) {
                    int afterAll = kind == Kind.CANCELLED ? 0 : 1;
                    IntStream.range(0, reference.size() + afterAll)
                            .forEach(i -> points.add(new Point(step, kind, new When(i, -1))));
                }
                Collections.shuffle(points, random);
                each.add(points);
            }
            for (int i = kind.ordinal() * 4; each.stream().anyMatch(points -> !points.isEmpty()); i++) {
                List<Point> points = each.get(i % each.size());
                if (!points.isEmpty()) {
                    chosen.add(points.remove(points.size() - 1));
                }
            }
            isFirst = false;
        }
        return List.copyOf(chosen.subList(0, count));
    }

    /** Returns whether a failure is one of Flyway's own, which runs the expansion. */
    private static boolean isExpected(RuntimeException failure) {
        return failure instanceof DataAccessException
                || failure instanceof NotAppliedException
                || failure instanceof FlywayException
                || failure.getStackTrace()[0].getClassName().startsWith("org.flywaydb.");
    }

    /** Runs a point and returns what is wrong, null if the step survived it. */
    @Nullable
    String survives(Point point) {
        Reference reference = requireNonNull(references.get(point.step()));
        try (LiveDatabase live = copyBefore(point.step())) {
            @Nullable RuntimeException failure = disturbed(live, point, reference.size());
            awaitQuiet(live);
            String where = point + " at "
                    + (point.when().index() < reference.size()
                            ? reference
                                    .sql()
                                    .get(point.when().index())
                                    .lines()
                                    .findFirst()
                                    .orElse("")
                            : "its end")
                    + ", " + failure + "\n";
            if (failure != null && !isExpected(failure)) {
                return where + "failed with an unexpected exception";
            }
            State left = State.of(live.pool());
            State end = reference.states().get(reference.size());
            // A step that reported success must be complete.
            List<State> allowed =
                    failure == null && point.kind() != Kind.CLIENT_KILLED ? List.of(end) : reference.allowed(point);
            if (!allowed.contains(left)) {
                return where + "left a state that is neither before nor after a commit:\n"
                        + allowed.get(0).differs(left);
            }
            if (verified.add(left)) {
                String wrong = verify(live, point.step());
                if (wrong != null) {
                    return where + wrong;
                }
            }
            if (!(point.step() == MigrationStep.FENCE && left.equals(end))) {
                point.step().run(live.pool());
            }
            State again = State.of(live.pool());
            return again.equals(end)
                    ? null
                    : where + "ends in another state when it is run again:\n" + end.differs(again);
        }
    }

    private @Nullable RuntimeException disturbed(LiveDatabase live, Point point, int size) {
        if (point.kind() == Kind.CLIENT_KILLED) {
            runClient(live.throwaway(), point, size);
            return null;
        }
        Fault fault = new Fault(point.kind(), point.when(), size, live.dataSource(), server);
        try {
            point.step().run(Watched.watched(live.dataSource(), fault));
            return null;
        } catch (RuntimeException e) {
            return e;
        } finally {
            fault.await();
        }
    }

    private static void runClient(ThrowawayDatabase database, Point point, int size) {
        ProcessBuilder client = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-cp",
                classPath(),
                Fault.Client.class.getName(),
                database.url(),
                database.user(),
                point.step().name(),
                String.valueOf(point.when().index()),
                String.valueOf(point.when().delayNanos()),
                String.valueOf(size));
        client.environment().put("SURVIVAL_PASSWORD", database.password());
        try {
            Process process = client.redirectErrorStream(true).start();
            String output =
                    new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (process.waitFor() != 137) {
                throw new IllegalStateException("the client was not killed: " + point + ": " + output);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Returns the class path, the module path and the patched modules of this JVM. */
    private static String classPath() {
        Set<String> parts = new TreeSet<>();
        for (String property : List.of("java.class.path", "jdk.module.path", "surefire.test.class.path")) {
            parts.addAll(Arrays.asList(System.getProperty(property, "").split(java.io.File.pathSeparator)));
        }
        String own = KillPoints.class.getResource("KillPoints.class").getPath();
        parts.add(own.substring(0, own.indexOf("/io/modelpricing/")));
        parts.remove("");
        return String.join(java.io.File.pathSeparator, parts);
    }

    /** Waits until the backends of terminated clients have ended. Flyway leaves one idle connection. */
    private static void awaitQuiet(LiveDatabase live) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!live.texts("select 1 from pg_stat_activity where datname = current_database()"
                        + " and state <> 'idle' and backend_type = 'client backend' and pid <> pg_backend_pid()")
                .isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("a connection did not end: "
                        + live.texts("select concat_ws(' ', state, query) from pg_stat_activity"
                                + " where datname = current_database() and pid <> pg_backend_pid()"));
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Returns the findings of verify for the state. */
    private static @Nullable String verify(LiveDatabase live, MigrationStep step) {
        if (step == MigrationStep.EXPAND) {
            return null;
        }
        MigrationStatus status = MigrationStatus.read(live.ctx());
        if (status.legacyColumns().size() % 4 != 0) {
            return "has only " + status.legacyColumns();
        }
        boolean hasTiers = !live.texts("select 1 where to_regclass('pricing_tiers') is not null")
                .isEmpty();
        if (hasTiers == status.legacyColumns().isEmpty()) {
            return "must have both or neither of legacy columns and pricing_tiers, but has pricing_tiers: " + hasTiers;
        }
        if (status.phase() == Phase.EXPANDED) {
            return null;
        }
        Verify.Report report = new Verify(live.ctx()).run();
        return report.passed() ? null : "is not verified: " + report.findings();
    }

    @Override
    public void close() {
        server.close();
    }
}
