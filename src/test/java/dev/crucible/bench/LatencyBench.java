package dev.crucible.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.kernel.evaluation.Isolation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code print(1)} from submit to verdict, one at a time, in turns with its baselines. */
final class LatencyBench {
    /** Before these the server's code is not compiled yet; the first ones take several times as long. */
    private static final int WARM_UP = 150;
    private static final int CONTAINER_WARM_UP = 6;
    private static final double BUDGET = 1.0;
    private static final double TAIL_BUDGET = 3.0;
    private static final double CONTAINER_BUDGET = 0.1;

    private LatencyBench() {}

    static List<Row> run(Workspace workspace, Options options) throws Exception {
        List<Contender> contenders = new ArrayList<>(Baselines.here(workspace));
        Server server = workspace.serve(workspace.fresh("home"), Map.of("DOCKER_HOST", Docker.host()));
        List<Stages> stages = new ArrayList<>();
        try (HttpConnection connection = server.connect()) {
            List<Guest> guests = Guest.of(Server.engines(connection));
            for (Guest guest : guests) {
                byte[] request = Evaluations.submitAndWait(guest);
                int times = guest.container() ? CONTAINER_WARM_UP : options.rounds(WARM_UP, WARM_UP / 3);
                for (int i = 0; i < times; i++) {
                    Evaluations.verdict(connection.send(request));
                }
                contenders.add(guest.timed(() -> submit(connection, request, guest.equals(Guest.WARM) ? stages : null)));
            }
            Map<String, Samples> times = Race.run(options.rounds(200, 40), contenders);
            return rows(guests, times, stages, busy(connection, options));
        }
    }

    private static Contender.Check submit(HttpConnection connection, byte[] request, @Nullable List<Stages> stages)
            throws IOException {
        long sent = Stages.micros();
        HttpConnection.Answer answer = connection.send(request);
        long answered = Stages.micros();
        return () -> {
            JsonNode verdict = Evaluations.verdict(answer);
            if (stages != null) {
                stages.add(Stages.of(sent, timeline(connection, verdict), answered));
            }
        };
    }

    /** One after the other with no pause: then a box is not always in stock. */
    private static Samples busy(HttpConnection connection, Options options) throws IOException {
        double[] times = new double[options.rounds(150, 60)];
        byte[] request = Evaluations.submitAndWait(Guest.WARM);
        for (int i = 0; i < times.length; i++) {
            long begin = System.nanoTime();
            HttpConnection.Answer answer = connection.send(request);
            times[i] = (System.nanoTime() - begin) / 1e6;
            Evaluations.verdict(answer);
        }
        return new Samples(times);
    }

    private static List<Row> rows(List<Guest> guests, Map<String, Samples> times, List<Stages> stages, Samples busy) {
        List<Row> rows = new ArrayList<>(
                Baselines.rows("print(1) over HTTP, submit → verdict", guests, times, LatencyBench::budget));
        double tail = times.get(Guest.WARM.name()).at(99) / times.get(Baselines.PYTHON).median();
        rows.add(Row.alone("  p99 of sandbox warm against python3's p50", Row.ratio(tail),
                Row.budget("≤ 3 ×", tail <= TAIL_BUDGET)));
        rows.add(Row.times("  sandbox warm, one after the other", busy, Baselines.BUBBLEWRAP,
                times.get(Baselines.BUBBLEWRAP), ""));
        rows.addAll(Stages.rows(stages));
        return rows;
    }

    private static String budget(Guest guest, String baseline, Samples ours, Samples theirs) {
        double ratio = ours.median() / theirs.median();
        if (guest.equals(Guest.WARM) && baseline.equals(Baselines.PYTHON)) {
            return Row.budget("p50 ≤ 1.0 ×", ratio <= BUDGET);
        }
        return guest.container() && guest.isolation() == Isolation.WARM && baseline.equals(guest.plain())
                ? Row.budget("p50 ≤ 0.1 ×", ratio <= CONTAINER_BUDGET)
                : "";
    }

    private static JsonNode timeline(HttpConnection connection, JsonNode evaluation) throws IOException {
        String path = "/api/eval/" + evaluation.path("eval_id").asText() + "/timeline";
        return Evaluations.read(connection.get(path), 200).path("timeline");
    }
}
