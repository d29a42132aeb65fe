package dev.crucible.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A hundred programs that sleep, all running at the same moment, and how the API answers meanwhile. */
final class SleepersBench {
    private static final int SLEEPERS = 100;
    private static final int QUEUED = 10_000;
    private static final int BATCH = 1000;
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final long POLL_MILLIS = 50;
    /** Between two questions of a client: a dashboard, not a flood. */
    private static final long ASK_MILLIS = 5;
    private static final double BUDGET_MILLIS = 100;
    private static final String SLEEPER = "{\"code\":\"import time\\ntime.sleep(45)\\nprint(1)\",\"engine\":\"sandbox\","
            + "\"timeout\":90,\"cpu_time_limit\":20}";

    private SleepersBench() {}

    static List<Row> run(Workspace workspace, Options options) throws Exception {
        Server server = workspace.serve(workspace.fresh("home"), Map.of("WORKERS", Integer.toString(SLEEPERS)));
        List<Row> rows = new ArrayList<>();
        try (HttpConnection connection = server.connect()) {
            warmUp(connection);
            long idle = server.residentMebibytes();
            Asked starting = new Asked(connection);
            long begin = System.nanoTime();
            String id = Evaluations.read(connection.send(Evaluations.submitBatch(SLEEPERS, SLEEPER)), 202)
                    .path("evaluations").path(0).path("eval_id").asText();
            int most = awaitAllRunning(connection, starting, id);
            double seconds = (System.nanoTime() - begin) / 1e9;
            rows.add(Row.alone("100 sleepers, WORKERS=100: at the same moment", most + " running",
                    Row.budget("100", most == SLEEPERS)));
            rows.add(Row.alone("  from the submit until all run", String.format(Locale.ROOT, "%.1f s", seconds), ""));
            rows.addAll(starting.rows("while they start"));
            rows.add(Row.alone("  the server's JVM, idle → all run",
                    idle + " → " + server.residentMebibytes() + " MiB", ""));
            rows.add(Row.alone("  each sandbox with its sleeper, shared pages divided",
                    String.format(Locale.ROOT, "%.1f MiB", server.guestMebibytes() / (double) most), ""));
            queueMore(connection);
            Asked running = new Asked(connection);
            for (int i = 0; i < options.rounds(600, 200); i++) {
                running.ask(id);
                Thread.sleep(ASK_MILLIS);
            }
            rows.addAll(running.rows("while they run and 10,000 wait"));
            long ended = awaitEnd(connection);
            rows.add(Row.alone("  sleepers that ended as they should", Long.toString(ended),
                    Row.budget("100", ended == SLEEPERS)));
        }
        return rows;
    }

    private static void warmUp(HttpConnection connection) throws IOException {
        for (int i = 0; i < SLEEPERS; i++) {
            Evaluations.verdict(connection.send(Evaluations.submitAndWait(Guest.WARM)));
        }
    }

    /** What came of asking for the state of the server and of one evaluation again and again. */
    private static final class Asked {
        private final HttpConnection connection;
        private final List<Double> alive = new ArrayList<>();
        private final List<Double> status = new ArrayList<>();

        Asked(HttpConnection connection) {
            this.connection = connection;
        }

        void ask(String id) throws IOException {
            alive.add(time("/healthz"));
            status.add(time("/api/eval/" + id + "/status"));
        }

        private double time(String path) throws IOException {
            long begin = System.nanoTime();
            HttpConnection.Answer answer = connection.get(path);
            double millis = (System.nanoTime() - begin) / 1e6;
            Evaluations.read(answer, 200);
            return millis;
        }

        List<Row> rows(String when) {
            return List.of(row("GET /healthz ", when, Samples.of(alive)), row("GET status ", when, Samples.of(status)));
        }

        private static Row row(String what, String when, Samples times) {
            return Row.alone("  " + what + when, times.percentiles(),
                    Row.budget("p99 ≤ 100 ms", times.at(99) <= BUDGET_MILLIS));
        }
    }

    /** The most that ran at one moment; it stops looking once all do. */
    private static int awaitAllRunning(HttpConnection connection, Asked asked, String id) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        int most = 0;
        while (most < SLEEPERS && System.nanoTime() < deadline) {
            asked.ask(id);
            most = Math.max(most, count(connection, "running"));
            Thread.sleep(ASK_MILLIS);
        }
        return most;
    }

    private static int count(HttpConnection connection, String status) throws IOException {
        JsonNode page = Evaluations.read(connection.get("/api/evaluations?limit=1000&status=" + status), 200);
        return page.path("count").asInt();
    }

    /** Evaluations that wait, and go on waiting. */
    private static void queueMore(HttpConnection connection) throws IOException {
        Evaluations.read(connection.post("/api/admin/queue/pause", "{}"), 200);
        byte[] batch = Evaluations.submitBatch(BATCH);
        for (int i = 0; i < QUEUED / BATCH; i++) {
            Evaluations.read(connection.send(batch), 202);
        }
    }

    /** How many sleepers came to a good end. */
    private static long awaitEnd(HttpConnection connection) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (count(connection, "running,provisioning") > 0 && System.nanoTime() < deadline) {
            Thread.sleep(POLL_MILLIS);
        }
        return Evaluations.count(connection, "completed") - SLEEPERS;
    }
}
