package dev.crucible.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Submits per second, one by one and in batches: ours are on disk when they are answered. */
final class QueueSubmits {
    private static final String OVER_HTTP = "submit API over HTTP";

    private QueueSubmits() {}

    static List<Row> run(Workspace workspace, Options options, List<Ours> ours, List<Celery> celeries)
            throws Exception {
        Duration time = Duration.ofSeconds(options.rounds(6, 2));
        Map<String, Load.Result> ones = new LinkedHashMap<>();
        Map<String, Load.Result> batches = new LinkedHashMap<>();
        for (Ours way : ours) {
            try (OurSide side = (OurSide) way.open(QueueScenario.plain(1))) {
                side.submits(time.dividedBy(2), SubmitBench.CLIENTS, 1);
                ones.put(way.name(), side.submits(time, SubmitBench.CLIENTS, 1));
                batches.put(way.name(), side.submits(time, SubmitBench.BATCH_CLIENTS, SubmitBench.BATCH));
            }
        }
        overHttp(workspace, time, ones, batches);
        Map<String, Load.Result> theirOnes = new LinkedHashMap<>();
        Map<String, Load.Result> theirBatches = new LinkedHashMap<>();
        for (Celery celery : producers(workspace, celeries)) {
            try (CeleryQueue queue = celery.open(QueueScenario.plain(1))) {
                theirOnes.put(celery.name(), queue.submits(time, 1));
                theirBatches.put(celery.name(), queue.submits(time, SubmitBench.BATCH));
            }
        }
        return rows(ones, batches, theirOnes, theirBatches);
    }

    /** Each broker as it is, and so that its answer means as much as ours. */
    private static List<Celery> producers(Workspace workspace, List<Celery> celeries) throws Exception {
        List<Celery> producers = new ArrayList<>();
        for (Celery celery : celeries) {
            producers.add(celery);
            producers.add(celery.redis()
                    ? Celery.onRedis(workspace, "always") : celery.with(", confirms", "BENCH_CONFIRM", "1"));
        }
        return producers;
    }

    private static void overHttp(
            Workspace workspace, Duration time, Map<String, Load.Result> ones, Map<String, Load.Result> batches)
            throws Exception {
        Server server = SubmitBench.paused(workspace);
        byte[] one = Evaluations.submit();
        byte[] batch = Evaluations.submitBatch(SubmitBench.BATCH);
        SubmitBench.submits(server, time.multipliedBy(2), SubmitBench.CLIENTS, one, 200);
        ones.put(OVER_HTTP, SubmitBench.submits(server, time, SubmitBench.CLIENTS, one, 200));
        SubmitBench.submits(server, time, SubmitBench.BATCH_CLIENTS, batch, 202);
        batches.put(OVER_HTTP, SubmitBench.submits(server, time, SubmitBench.BATCH_CLIENTS, batch, 202));
        server.stop();
    }

    private static List<Row> rows(
            Map<String, Load.Result> ones, Map<String, Load.Result> batches, Map<String, Load.Result> theirOnes,
            Map<String, Load.Result> theirBatches) {
        List<Row> rows = new ArrayList<>(QueueRows.rates(
                "durable submits, " + SubmitBench.CLIENTS + " clients", rates(ones, 1), rates(theirOnes, 1),
                (name, rate) -> budget(name, "≥ 3,000/s", rate >= SubmitBench.BUDGET)));
        ones.forEach((name, result) -> rows.add(Row.alone(
                "  each, " + name, result.times().percentiles(),
                budget(name, "p99 ≤ 10 ms", result.times().at(99) <= SubmitBench.TAIL_BUDGET_MILLIS))));
        rows.addAll(QueueRows.rates(
                "durable submits in batches of " + SubmitBench.BATCH + ", " + SubmitBench.BATCH_CLIENTS + " clients",
                rates(batches, SubmitBench.BATCH), rates(theirBatches, SubmitBench.BATCH),
                (name, rate) -> budget(name, "≥ 20,000/s", rate >= SubmitBench.BATCH_BUDGET)));
        return rows;
    }

    private static Map<String, Double> rates(Map<String, Load.Result> results, int batch) {
        Map<String, Double> rates = new LinkedHashMap<>();
        results.forEach((name, result) -> {
            rates.put(name, result.perSecond() * batch);
            Progress.say("  " + name + ": " + Row.rate(result.perSecond() * batch));
        });
        return rates;
    }

    private static String budget(String name, String words, boolean met) {
        return name.equals(OVER_HTTP) ? Row.budget(words, met) : "";
    }
}
