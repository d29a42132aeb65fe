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
    /** Looks at a resting server: the least of a minute is what it holds, without a probe that comes round meanwhile. */
    private static final int LOOKS = 12;
    private static final long LOOK_MILLIS = 5000;
    /** What the queue remembers of its last 10,000 ends, which the first fifth may not have filled. */
    private static final long REMEMBERED_KIBIBYTES = 2048;
    /** What is held only as long as there is room for it, as reflection's own caches are, is no part of a live heap. */
    private static final String NOTHING_SOFT = "-XX:SoftRefLRUPolicyMSPerMB=0";
    /** A count may differ by a box that is being made. */
    private static final double SLACK = 0.05;
    /** The most that the server has for HTTP; they come with the load and go one a minute. */
    private static final long MOST_HTTP_THREADS = 128;

    private SoakBench() {}

    static List<Row> run(Workspace workspace, Options options) throws Exception {
        Server server = workspace.serve(
                workspace.fresh("home"), Map.of("DOCKER_HOST", Docker.host(), "JAVA_TOOL_OPTIONS", NOTHING_SOFT));
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
                rested.add(atRest(server, docker));
                Progress.say("  at rest: " + rested.get(rested.size() - 1));
            }
        }
        return rows(seen, rested, done, options.quick());
    }

    /** A collection may leave dead objects where they are, and not each in a row does. */
    private static Map<Footprint.Thing, Long> atRest(Server server, Optional<Docker> docker) throws Exception {
        Thread.sleep(REST_MILLIS);
        Map<Footprint.Thing, Long> least = Footprint.of(server, docker);
        for (int i = 0; i < LOOKS; i++) {
            Thread.sleep(LOOK_MILLIS);
            Footprint.of(server, docker).forEach((thing, count) -> least.merge(thing, count, Math::min));
        }
        return least;
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

    /**
     * Judged at rest, before and after; how it went under load is told beside that. Resident memory is told alone: compiled
     * code and a heap that was once needed stay with the JVM, and say nothing of what the server holds.
     */
    private static Row row(Footprint.Thing thing, List<Long> loaded, List<Long> done, long before, long after) {
        return Row.alone("  " + thing.title() + ", at rest",
                String.format(Locale.ROOT, "%d → %d; loaded %.0f, %+.2f per 1,000", before, after,
                        Samples.of(loaded.stream().map(Long::doubleValue).toList()).median(), slope(done, loaded)),
                switch (thing) {
                    case RESIDENT -> "";
                    case HTTP_THREADS -> Row.budget("≤ " + MOST_HTTP_THREADS, after <= MOST_HTTP_THREADS);
                    case LIVE -> Row.budget("flat", after <= before + before * SLACK + REMEMBERED_KIBIBYTES);
                    default -> Row.budget("flat", after <= before + Math.max(2, before * SLACK));
                });
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
