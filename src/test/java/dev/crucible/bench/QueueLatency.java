package dev.crucible.bench;

import dev.crucible.bench.QueueSide.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** How long a task waits for its start while workers wait for it. */
final class QueueLatency {
    private static final int SLOTS = 2;
    private static final int WARM_UP = 960;
    private static final Duration INTERVAL = Duration.ofMillis(20);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private QueueLatency() {}

    static List<Row> run(Options options, List<Ours> ours, List<Celery> celeries) throws Exception {
        int count = options.rounds(400, 150);
        Map<String, Samples> mine = QueueContender.each(
                ours, QueueScenario.plain(1), side -> measure(side, count), Samples::percentiles);
        Map<String, Samples> theirs = QueueContender.each(
                celeries, QueueScenario.plain(1), side -> measure(side, count), Samples::percentiles);
        List<String> remote = ours.stream().filter(Ours::remote).map(Ours::name).toList();
        return QueueRows.times("enqueue → start, idle, 2 slots", mine, theirs, (name, times) -> remote.contains(name)
                ? Row.budget("p50 ≤ 1.5 ms, p95 ≤ 2.5 ms", times.median() <= 1.5 && times.at(95) <= 2.5) : "");
    }

    private static Samples measure(QueueSide side, int count) throws Exception {
        side.work(SLOTS);
        side.burst(WARM_UP, Kind.noop("warm-up"));
        side.await("warm-up", WARM_UP, PATIENCE);
        side.pace(count, INTERVAL, Kind.noop("paced"));
        return Samples.of(side.await("paced", count, PATIENCE).stream().map(TaskRun::waitedMillis).toList());
    }
}
