package dev.crucible.bench;

import dev.crucible.bench.QueueSide.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Urgent tasks behind many others, and the others under a flood of urgent ones. */
final class QueuePriorities {
    private static final int SLOTS = 2;
    private static final int BEHIND = 1_000;
    private static final int BEHIND_FULL = 1_000_000;
    private static final Kind LOW = new Kind("low", 50, false);
    private static final Kind HIGH = new Kind("high", 50, true);
    private static final int URGENT = 40;
    /** Not a multiple of a task's time, so that they come at any moment of it. */
    private static final Duration INTERVAL = Duration.ofMillis(137);

    private static final double BUDGET_MILLIS = 52;

    private static final int STARVING = 50;
    private static final int FLOOD_READY = 20;
    private static final int FLOOD_MILLIS = 5;
    private static final Duration AGING = Duration.ofMillis(500);
    /** The levels a task may climb and one interval past the top; and a second to work off those that got there first. */
    private static final double BOUND_MILLIS = 11 * AGING.toMillis() + 1000;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private QueuePriorities() {}

    static List<Row> run(Options options, List<Ours> ours, List<Celery> celeries) throws Exception {
        QueueScenario scenario = QueueScenario.levels(QueueScenario.roomFor(BEHIND_FULL + BEHIND));
        Map<String, Samples> mine =
                QueueContender.each(ours, scenario, side -> urgent(side, BEHIND), Samples::percentiles);
        Map<String, Samples> theirs =
                QueueContender.each(celeries, scenario, side -> urgent(side, BEHIND), Samples::percentiles);
        for (Celery celery : celeries) {
            if (celery.redis()) {
                theirs.putAll(QueueContender.each(
                        List.of(celery.with(", early ack", "BENCH_ACKS_LATE", "0")), scenario,
                        side -> urgent(side, BEHIND), Samples::percentiles));
            }
        }
        List<Row> rows = new ArrayList<>(rows(BEHIND, mine, theirs));
        if (options.full()) {
            rows.addAll(rows(
                    BEHIND_FULL,
                    QueueContender.each(ours, scenario, side -> urgent(side, BEHIND_FULL), Samples::percentiles),
                    Map.of()));
        }
        rows.addAll(starving(options, ours, celeries));
        return rows;
    }

    private static List<Row> rows(int behind, Map<String, Samples> mine, Map<String, Samples> theirs) {
        return QueueRows.times(
                String.format(Locale.ROOT, "urgent behind %,d tasks of 50 ms, 2 slots", behind), mine, theirs,
                (name, times) -> Row.budget("p95 ≤ 52 ms", times.at(95) <= BUDGET_MILLIS));
    }

    private static Samples urgent(QueueSide side, int behind) throws Exception {
        side.fill(behind, LOW);
        side.work(SLOTS);
        side.await(LOW.word(), 2 * SLOTS, PATIENCE);
        side.pace(URGENT, INTERVAL, HIGH);
        return Samples.of(side.await(HIGH.word(), URGENT, PATIENCE).stream().map(TaskRun::waitedMillis).toList());
    }

    private static List<Row> starving(Options options, List<Ours> ours, List<Celery> celeries) throws Exception {
        Duration flood = Duration.ofSeconds(options.rounds(20, 10));
        QueueScenario scenario = QueueScenario.levels(QueueScenario.aging(AGING));
        Map<String, Fed> mine = QueueContender.each(ours, scenario, side -> starve(side, flood), Fed::words);
        Map<String, Fed> theirs = QueueContender.each(celeries, scenario, side -> starve(side, flood), Fed::words);
        String baseline = theirs.entrySet().stream()
                .map(one -> one.getKey() + " " + one.getValue().words()).reduce((a, b) -> a + "; " + b).orElse("");
        List<Row> rows = new ArrayList<>();
        mine.forEach((name, fed) -> rows.add(new Row(
                "low tasks run in " + flood.toSeconds() + " s of urgent ones without end, ageing 0.5 s, " + name,
                fed.words(), baseline, "",
                Row.budget("all, within 11 ageings + 1 s", fed.low() == STARVING && fed.longestMillis() <= BOUND_MILLIS))));
        return rows;
    }

    /**
     * What came of a flood while it lasted.
     *
     * @param longestMillis the longest wait of a low task that ran
     */
    private record Fed(int low, int high, double longestMillis) {
        String words() {
            return String.format(Locale.ROOT, "%d of %d, beside %,d urgent", low, STARVING, high)
                    + (low == 0 ? "" : String.format(Locale.ROOT, ", the last after %.1f s", longestMillis / 1000));
        }
    }

    private static Fed starve(QueueSide side, Duration time) throws Exception {
        Kind low = new Kind("starving", FLOOD_MILLIS, false);
        Kind high = new Kind("flood", FLOOD_MILLIS, true);
        side.fill(STARVING, low);
        Thread workers = new Thread(() -> startOnceFlooded(side), "bench-flood-workers");
        workers.start();
        double end = side.flood(time, FLOOD_READY, high);
        workers.join();
        List<TaskRun> urgent = side.runs(high.word()).stream().filter(run -> run.started() < end).toList();
        List<TaskRun> fed = side.runs(low.word()).stream().filter(run -> run.started() < end).toList();
        return new Fed(fed.size(), urgent.size(), fed.stream().mapToDouble(TaskRun::waitedMillis).max().orElse(0));
    }

    /** The flood is there before the first worker, or that would find nothing but low ones. */
    private static void startOnceFlooded(QueueSide side) {
        try {
            Thread.sleep(1_500);
            side.work(SLOTS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
