package io.modelpricing.compat.survival;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.compat.survival.Fault.Kind;
import io.modelpricing.compat.survival.KillPoints.Point;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Interrupts every step at its boundaries. {@code -Dpricing.kill.points=5000} sets the number of points,
 * {@code -Dpricing.kill.minutes=15} limits the time.
 */
class KillPointsTest {

    private static final int POINTS = Integer.getInteger("pricing.kill.points", 24);
    private static final int MINUTES = Integer.getInteger("pricing.kill.minutes", 600);
    private static final long SEED = Long.getLong("pricing.kill.seed", 20_260_101L);

    /** The points that a worker tried, and their failures. */
    private record Done(
            String version,
            Map<MigrationStep, Integer> boundaries,
            List<Point> tried,
            List<String> wrong,
            long millis) {}

    @Test
    void killedStepIsAtomicAndCompletesWhenRunAgain() throws Exception {
        int slow = Math.max(3, POINTS / 20);
        int quick = (POINTS - 2 * slow) / 2;
        Map<Kind, Integer> disturbed = new EnumMap<>(Map.of(Kind.TERMINATED, quick, Kind.CANCELLED, quick));
        Map<Kind, Integer> killed = new EnumMap<>(Map.of(Kind.CLIENT_KILLED, slow, Kind.SERVER_KILLED, slow));
        List<Done> all = new ArrayList<>();
        if (POINTS < 1000) {
            disturbed.putAll(killed);
            all.add(work(disturbed));
        } else {
            // Each worker kills its own server.
            ExecutorService workers = Executors.newFixedThreadPool(2);
            try {
                List<Callable<Done>> parts = List.of(() -> work(disturbed), () -> work(killed));
                for (Future<Done> part : workers.invokeAll(parts)) {
                    all.add(part.get());
                }
            } finally {
                workers.shutdownNow();
            }
        }
        print(all);
        assertThat(all).flatExtracting(Done::wrong).isEmpty();
        assertThat(all).allSatisfy(done -> assertThat(done.tried()).isNotEmpty());
    }

    private static Done work(Map<Kind, Integer> kinds) {
        long since = System.nanoTime();
        try (KillPoints killPoints = new KillPoints()) {
            Map<MigrationStep, Integer> boundaries = new EnumMap<>(MigrationStep.class);
            for (MigrationStep step : MigrationStep.values()) {
                boundaries.put(step, killPoints.boundaries(step));
            }
            List<Point> tried = new ArrayList<>();
            List<String> wrong = new ArrayList<>();
            List<Point> points = new ArrayList<>();
            kinds.forEach((kind, count) -> points.addAll(killPoints.choose(kind, count, SEED)));
            Collections.shuffle(points, new Random(SEED));
            for (Point point : points) {
                if (System.nanoTime() - since > TimeUnit.MINUTES.toNanos(MINUTES)) {
                    break;
                }
                String failure = killPoints.survives(point);
                tried.add(point);
                if (failure != null) {
                    System.out.println(failure);
                    wrong.add(failure);
                }
                if (tried.size() % 250 == 0) {
                    System.out.printf("%d points tried, %d survived%n", tried.size(), tried.size() - wrong.size());
                }
            }
            return new Done(killPoints.version(), boundaries, tried, wrong, (System.nanoTime() - since) / 1_000_000);
        }
    }

    private static void print(List<Done> all) {
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "%nPostgreSQL %s, seed %d, %d s%n%-16s%12s",
                all.get(0).version(),
                SEED,
                all.stream().mapToLong(Done::millis).max().orElse(0) / 1000,
                "step",
                "boundaries"));
        for (Kind kind : Kind.values()) {
            table.append(String.format(
                    Locale.ROOT, "%16s", kind.name().toLowerCase(Locale.ROOT).replace('_', ' ')));
        }
        long survived = 0;
        for (MigrationStep step : MigrationStep.values()) {
            table.append(String.format(
                    Locale.ROOT,
                    "%n%-16s%12d",
                    step.id(),
                    all.get(0).boundaries().get(step)));
            for (Kind kind : Kind.values()) {
                long points = all.stream()
                        .flatMap(done -> done.tried().stream())
                        .filter(point -> point.step() == step && point.kind() == kind)
                        .count();
                table.append(String.format(Locale.ROOT, "%16d", points));
                survived += points;
            }
        }
        int wrong = all.stream().mapToInt(done -> done.wrong().size()).sum();
        System.out.println(
                table + String.format(Locale.ROOT, "%n%d points, %d survived%n", survived, survived - wrong));
    }
}
