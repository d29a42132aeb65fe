package dev.crucible.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How many {@code print(1)} are completed per second, from the submit of the first batch to the last record. */
final class ThroughputBench {
    private static final int PAGE = 1000;
    private static final long POLL_MILLIS = 20;
    private static final double BUDGET = 1.2;

    private ThroughputBench() {}

    static List<Row> run(Workspace workspace, Options options) throws Exception {
        int count = options.rounds(800, 300);
        List<String> box = Programs.bubblewrap(workspace);
        List<Row> rows = new ArrayList<>();
        for (String workers : List.of("2", "")) {
            Map<String, String> settings = workers.isEmpty() ? Map.of() : Map.of("WORKERS", workers);
            int parallel = workers.isEmpty() ? defaultWorkers() : Integer.parseInt(workers);
            double bubblewrap = loop(count, parallel, () -> Programs.run(box));
            double python = loop(count, parallel, Programs::python);
            Server server = workspace.serve(workspace.fresh("home"), settings);
            double ours = evaluations(server, options.rounds(200, 150), count);
            workspace.stopAll();
            String what = "evaluations, WORKERS=" + parallel + (workers.isEmpty() ? " (default)" : "");
            rows.add(Row.rates(what, ours, "python3 loop", python,
                    Row.budget("≥ 1.2 ×", ours >= BUDGET * python)));
            rows.add(Row.rates(what, ours, "bubblewrap loop", bubblewrap, ""));
        }
        return rows;
    }

    /** As the settings' documentation has it. */
    private static int defaultWorkers() {
        return Math.max(4, 2 * Runtime.getRuntime().availableProcessors());
    }

    /** One run of a baseline. */
    @FunctionalInterface
    private interface Body {
        void run() throws Exception;
    }

    private static double loop(int count, int parallel, Body body) throws Exception {
        double rate = Load.times(count, parallel, () -> new Load.Client() {
            @Override
            public void once() throws Exception {
                body.run();
            }

            @Override
            public void close() {}
        }).perSecond();
        Progress.say("  baseline, " + parallel + " at once: " + Row.rate(rate));
        return rate;
    }

    /** The warm-up is submitted first: a server's first second of work is mostly its compiler's. */
    private static double evaluations(Server server, int warmUp, int count) throws Exception {
        try (HttpConnection connection = server.connect()) {
            complete(connection, warmUp, warmUp);
            long begin = System.nanoTime();
            complete(connection, count, warmUp + count);
            double rate = count / ((System.nanoTime() - begin) / 1e9);
            Progress.say("  evaluations: " + Row.rate(rate));
            return rate;
        }
    }

    /** Submits a batch and waits until every evaluation there is has its record. */
    private static void complete(HttpConnection connection, int count, int inAll) throws Exception {
        Evaluations.read(connection.send(Evaluations.submitBatch(count)), 202);
        while (queued(connection) > 0) {
            Thread.sleep(POLL_MILLIS);
        }
        int completed = completed(connection);
        for (int tries = 0; completed < inAll; tries++) {
            if (tries == 500) {
                throw new IOException("not completed: " + others(connection));
            }
            Thread.sleep(POLL_MILLIS);
            completed = completed(connection);
        }
    }

    private static int queued(HttpConnection connection) throws IOException {
        return Evaluations.read(connection.get("/api/queue-status"), 200).path("total_tasks").asInt();
    }

    /** What became of those that did not end as they should. */
    private static String others(HttpConnection connection) throws IOException {
        String path = "/api/evaluations?status=queued,provisioning,running,failed,timeout,cancelled&limit=3";
        JsonNode first = Evaluations.read(connection.get(path), 200).path("evaluations").path(0);
        return connection.get("/api/eval/" + first.path("eval_id").asText()).body();
    }

    private static int completed(HttpConnection connection) throws IOException {
        JsonNode page = Evaluations.read(connection.get("/api/evaluations?status=completed&limit=" + PAGE), 200);
        return page.path("count").asInt();
    }
}
