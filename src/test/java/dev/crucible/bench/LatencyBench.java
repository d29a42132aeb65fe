package dev.crucible.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code print(1)} from submit to verdict, one at a time, in turns with its baselines. */
final class LatencyBench {
    /** Before these the server's code is not compiled yet; the first ones take several times as long. */
    private static final int WARM_UP = 150;
    /** What the last one left to be done, such as a new box, is not the next one's cost: the host is idle. */
    private static final long PAUSE_MILLIS = 25;
    private static final double BUDGET = 1.0;
    private static final double TAIL_BUDGET = 3.0;

    private LatencyBench() {}

    /** Something to be timed. */
    @FunctionalInterface
    private interface Body {
        void run() throws Exception;
    }

    static List<Row> run(Workspace workspace, Options options) throws Exception {
        List<String> box = Programs.bubblewrap(workspace);
        Server server = workspace.serve(workspace.fresh("home"), Map.of());
        int rounds = options.rounds(200, 100);
        double[] ours = new double[rounds];
        double[] python = new double[rounds];
        double[] bubblewrap = new double[rounds];
        List<Stages> stages = new ArrayList<>();
        byte[] request = Evaluations.submitAndWait();
        try (HttpConnection connection = server.connect()) {
            for (int i = 0; i < options.rounds(WARM_UP, WARM_UP / 3); i++) {
                Evaluations.verdict(connection.send(request));
            }
            for (int i = 0; i < rounds; i++) {
                python[i] = time(Programs::python);
                bubblewrap[i] = time(() -> Programs.run(box));
                Thread.sleep(PAUSE_MILLIS);
                long sent = Stages.micros();
                long begin = System.nanoTime();
                HttpConnection.Answer answer = connection.send(request);
                ours[i] = (System.nanoTime() - begin) / 1e6;
                long answered = Stages.micros();
                stages.add(Stages.of(sent, timeline(connection, Evaluations.verdict(answer)), answered));
            }
            return rows(new Samples(ours), new Samples(python), new Samples(bubblewrap), stages, busy(connection, options));
        }
    }

    /** One after the other with no pause: then a box is not always in stock. */
    private static Samples busy(HttpConnection connection, Options options) throws IOException {
        double[] times = new double[options.rounds(150, 60)];
        byte[] request = Evaluations.submitAndWait();
        for (int i = 0; i < times.length; i++) {
            long begin = System.nanoTime();
            HttpConnection.Answer answer = connection.send(request);
            times[i] = (System.nanoTime() - begin) / 1e6;
            Evaluations.verdict(answer);
        }
        return new Samples(times);
    }

    private static List<Row> rows(
            Samples ours, Samples python, Samples bubblewrap, List<Stages> stages, Samples busy) {
        double tail = ours.at(99) / python.median();
        List<Row> rows = new ArrayList<>();
        rows.add(Row.times("print(1): submit → verdict, idle", ours, "python3", python,
                Row.budget("p50 ≤ 1.0 ×", ours.median() <= BUDGET * python.median())));
        rows.add(Row.alone("  its p99 against python3's p50", Row.ratio(tail),
                Row.budget("≤ 3 ×", tail <= TAIL_BUDGET)));
        rows.add(Row.times("print(1): submit → verdict, idle", ours, "bubblewrap", bubblewrap, ""));
        rows.add(Row.times("print(1): one after the other", busy, "bubblewrap", bubblewrap, ""));
        rows.addAll(Stages.rows(stages));
        return rows;
    }

    private static JsonNode timeline(HttpConnection connection, JsonNode evaluation) throws IOException {
        String path = "/api/eval/" + evaluation.path("eval_id").asText() + "/timeline";
        return Evaluations.read(connection.get(path), 200).path("timeline");
    }

    private static double time(Body body) throws Exception {
        long begin = System.nanoTime();
        body.run();
        return (System.nanoTime() - begin) / 1e6;
    }
}
