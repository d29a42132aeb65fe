package dev.crucible.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Short evaluations one after the other for a long time, and whether what the server holds grows with them. As many
 * clients as there are workers; each counts only once the load has paused for a moment.
 */
final class SoakBench {
    private static final int INTERVALS = 20;
    /** Intervals of the first fifth, which is not counted. */
    private static final int WARM_UP = INTERVALS / 5;
    private static final int MINUTES = 10;
    private static final int QUICK_MINUTES = 1;
    private static final int LEAST = 10_000;
    /** Until boxes that are going away are gone and those that are made ahead are there. */
    private static final long SETTLE_MILLIS = 3000;
    private static final int COLD_EVERY = 10;
    private static final int CONTAINER_EVERY = 40;
    /** Until pools have let go of what they keep for a load, which is what it is and no leak. */
    private static final long REST_MILLIS = 90_000;
    /** A count may differ by a box that is being made. */
    private static final double SLACK = 0.05;
    /** JVM and collector find their size late. */
    private static final double MEMORY_SLACK = 0.10;

    private SoakBench() {}

    static List<Row> run(Workspace workspace, Options options) throws Exception {
        Server server = workspace.serve(workspace.fresh("home"), Map.of("DOCKER_HOST", Docker.host()));
        List<Guest> guests;
        try (HttpConnection connection = server.connect()) {
            guests = Guest.of(Server.engines(connection));
        }
        Optional<Docker> docker =
                guests.stream().anyMatch(Guest::container) ? Docker.find(workspace) : Optional.empty();
        Duration interval = Duration.ofMinutes(options.rounds(MINUTES, QUICK_MINUTES)).dividedBy(INTERVALS);
        int clients = ThroughputBench.defaultWorkers();
        List<Map<Footprint.Thing, Long>> seen = new ArrayList<>();
        List<Map<Footprint.Thing, Long>> rested = new ArrayList<>();
        List<Long> done = new ArrayList<>();
        AtomicInteger turns = new AtomicInteger();
        long count = 0;
        for (int i = 0; i < INTERVALS; i++) {
            count += Load.during(interval, clients, () -> client(server.connect(), guests, turns)).times().count();
            Thread.sleep(SETTLE_MILLIS);
            seen.add(Footprint.of(server, docker));
            done.add(count);
            Progress.say("  after " + count + ": " + seen.get(i));
            if (i == WARM_UP - 1 || i == INTERVALS - 1) {
                Thread.sleep(REST_MILLIS);
                rested.add(Footprint.of(server, docker));
                Progress.say("  at rest: " + rested.get(rested.size() - 1));
            }
        }
        return rows(seen, rested, done, options.quick());
    }

    private static Load.Client client(HttpConnection connection, List<Guest> guests, AtomicInteger turns) {
        return new Load.Client() {
            @Override
            public void once() throws IOException {
                Evaluations.verdict(connection.send(Evaluations.submitAndWait(guest(guests, turns.getAndIncrement()))));
            }

            @Override
            public void close() throws IOException {
                connection.close();
            }
        };
    }

    /** Mostly warm, now and then cold, and rarely each of the others. */
    private static Guest guest(List<Guest> guests, int turn) {
        int container = turn / CONTAINER_EVERY % guests.size();
        if (turn % CONTAINER_EVERY == 1 && guests.get(container).container()) {
            return guests.get(container);
        }
        return turn % COLD_EVERY == 2 ? Guest.COLD : Guest.WARM;
    }

    private static List<Row> rows(
            List<Map<Footprint.Thing, Long>> seen, List<Map<Footprint.Thing, Long>> rested, List<Long> done, boolean quick) {
        long count = done.get(done.size() - 1);
        List<Row> rows = new ArrayList<>();
        rows.add(Row.alone("soak: evaluations done, each as it should", String.format(Locale.ROOT, "%,d", count),
                quick ? "" : Row.budget("≥ 10,000", count >= LEAST)));
        for (Footprint.Thing thing : seen.get(0).keySet()) {
            List<Long> loaded = seen.subList(WARM_UP, INTERVALS).stream().map(all -> all.get(thing)).toList();
            rows.add(row(thing, loaded, done.subList(WARM_UP, INTERVALS), rested.get(0).get(thing), rested.get(1).get(thing)));
        }
        return rows;
    }

    /** Judged at rest, before and after; how it went under load is told beside that. */
    private static Row row(Footprint.Thing thing, List<Long> loaded, List<Long> done, long before, long after) {
        double slack = Math.max(2, before * (thing == Footprint.Thing.MEMORY ? MEMORY_SLACK : SLACK));
        return Row.alone("  " + thing.title() + ", at rest",
                String.format(Locale.ROOT, "%d → %d; loaded %.0f, %+.2f per 1,000", before, after,
                        Samples.of(loaded.stream().map(Long::doubleValue).toList()).median(), slope(done, loaded)),
                Row.budget("flat", after <= before + slack));
    }

    /** By least squares, for each thousand evaluations. */
    private static double slope(List<Long> done, List<Long> values) {
        double meanX = done.stream().mapToDouble(Long::doubleValue).average().orElseThrow();
        double meanY = values.stream().mapToDouble(Long::doubleValue).average().orElseThrow();
        double product = 0;
        double square = 0;
        for (int i = 0; i < done.size(); i++) {
            double x = done.get(i) - meanX;
            product += x * (values.get(i) - meanY);
            square += x * x;
        }
        return 1000 * product / square;
    }
}
