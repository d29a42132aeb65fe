package dev.crucible.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How many {@code print(1)} are completed per second, from the submit of a batch to its last record. */
final class ThroughputBench {
    private static final long POLL_MILLIS = 10;
    /** What a batch leaves to be done, such as new boxes, is not the cost of the next one who is measured. */
    private static final long REST_MILLIS = 300;
    /** They take turns, so that whatever the machine does meanwhile hits all alike. */
    private static final int TURNS = 4;
    private static final int MAX_TRIES = 3000;
    private static final int BUILT_FOR = 100;
    private static final int WARM_UP = 300;
    private static final double BUDGET = 1.2;
    private static final double COLD_BUDGET = 0.8;

    private ThroughputBench() {}

    static List<Row> run(Workspace workspace, Options options) throws Exception {
        List<String> box = Programs.bubblewrap(workspace);
        List<Row> rows = new ArrayList<>();
        for (String workers : List.of("2", "")) {
            Map<String, String> settings = workers.isEmpty() ? Map.of() : Map.of("WORKERS", workers);
            int parallel = workers.isEmpty() ? defaultWorkers() : Integer.parseInt(workers);
            Server server = workspace.serve(workspace.fresh("home"), settings);
            try (HttpConnection connection = server.connect()) {
                Batches batches = new Batches(connection);
                rows.addAll(measure(batches, parallel, workers.isEmpty() ? " (default)" : "", box, options));
                rows.addAll(built(batches));
            }
            workspace.stopAll();
        }
        return rows;
    }

    private static List<Row> measure(Batches batches, int parallel, String note, List<String> box, Options options)
            throws Exception {
        int count = options.rounds(200, 80);
        for (int warmUp = 0; warmUp < options.rounds(8, 2); warmUp++) {
            batches.complete(WARM_UP, Guest.WARM);
        }
        batches.complete(WARM_UP, Guest.COLD);
        Rate python = new Rate();
        Rate bubblewrap = new Rate();
        Rate warm = new Rate();
        Rate cold = new Rate();
        for (int turn = 0; turn < TURNS; turn++) {
            python.add(count, loop(count, parallel, Programs::python));
            bubblewrap.add(count, loop(count, parallel, () -> Programs.run(box)));
            warm.add(count, batches.complete(count, Guest.WARM));
            cold.add(count, batches.complete(count, Guest.COLD));
        }
        String what = "evaluations, WORKERS=" + parallel + note + ", ";
        Progress.say("  " + parallel + " at once: python3 " + python + ", bubblewrap " + bubblewrap
                + ", sandbox warm " + warm + ", sandbox cold " + cold);
        return List.of(
                Row.rates(what + Guest.WARM.name(), warm.perSecond(), "python3 loop", python.perSecond(),
                        Row.budget("≥ 1.2 ×", warm.perSecond() >= BUDGET * python.perSecond())),
                Row.rates(what + Guest.WARM.name(), warm.perSecond(), "bubblewrap loop", bubblewrap.perSecond(), ""),
                Row.rates(what + Guest.COLD.name(), cold.perSecond(), "python3 loop", python.perSecond(), ""),
                Row.rates(what + Guest.COLD.name(), cold.perSecond(), "bubblewrap loop", bubblewrap.perSecond(),
                        Row.budget("≥ 0.8 ×", cold.perSecond() >= COLD_BUDGET * bubblewrap.perSecond())));
    }

    /** How many sandboxes the engine makes to serve a hundred: none where each serves one run after the other. */
    private static List<Row> built(Batches batches) throws Exception {
        long before = batches.boxes();
        batches.complete(BUILT_FOR, Guest.WARM);
        return List.of(Row.alone("  sandboxes made for 100 warm evaluations", Long.toString(batches.boxes() - before), ""));
    }

    /** As the settings' documentation has it. */
    static int defaultWorkers() {
        return Math.max(4, 2 * Runtime.getRuntime().availableProcessors());
    }

    /** Seconds that so many baselines take. */
    private static double loop(int count, int parallel, Programs.Command command) throws Exception {
        return Load.times(count, parallel, () -> new Load.Client() {
            @Override
            public void once() throws IOException, InterruptedException {
                command.run();
            }

            @Override
            public void close() {}
        }).seconds();
    }

    /** How many were done in how long. */
    private static final class Rate {
        private int count;
        private double seconds;

        void add(int count, double seconds) {
            this.count += count;
            this.seconds += seconds;
        }

        double perSecond() {
            return count / seconds;
        }

        @Override
        public String toString() {
            return Row.rate(perSecond());
        }
    }

    /** Evaluations in batches on one server. */
    private static final class Batches {
        private final HttpConnection connection;
        private long submitted;

        Batches(HttpConnection connection) {
            this.connection = connection;
        }

        /** Submits a batch and waits until every evaluation has its record; the seconds that took. */
        double complete(int count, Guest guest) throws Exception {
            byte[] batch = Evaluations.submitBatch(count, guest);
            submitted += count;
            long begin = System.nanoTime();
            JsonNode accepted = Evaluations.read(connection.send(batch), 202).path("evaluations");
            String last = "/api/eval/" + accepted.path(accepted.size() - 1).path("eval_id").asText() + "/status";
            // The first question is cheap, the second goes through all records.
            for (int tries = 0; !ended(last) || Evaluations.count(connection, "completed") < submitted; tries++) {
                if (tries == MAX_TRIES) {
                    throw new IOException("not completed: " + others());
                }
                Thread.sleep(POLL_MILLIS);
            }
            double seconds = (System.nanoTime() - begin) / 1e9;
            Thread.sleep(REST_MILLIS);
            return seconds;
        }

        /** How many sandboxes were made so far. */
        long boxes() throws IOException {
            for (JsonNode engine : Evaluations.read(connection.get("/api/engines"), 200).path("engines")) {
                if (engine.path("name").asText().equals(Guest.WARM.engine())) {
                    return engine.path("pool").path("built").asLong();
                }
            }
            throw new IOException("there is no such engine");
        }

        private boolean ended(String status) throws IOException {
            return "completed".equals(Evaluations.read(connection.get(status), 200).path("status").asText());
        }

        /** What became of those that did not end as they should. */
        private String others() throws IOException {
            String path = "/api/evaluations?status=queued,provisioning,running,failed,timeout,cancelled&limit=3";
            JsonNode first = Evaluations.read(connection.get(path), 200).path("evaluations").path(0);
            return connection.get("/api/eval/" + first.path("eval_id").asText()).body();
        }
    }
}
