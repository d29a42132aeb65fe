package dev.crucible.bench;

import dev.crucible.bench.QueueSide.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Tasks that do nothing, as many per second as will go. Ours keep a result each, Celery's none. */
final class QueueDrain {
    /** What Celery takes ahead when nobody tells it otherwise. */
    private static final int PREFETCH = 4;

    private static final double BUDGET = 5000;
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private record Rates(double drained, double flowing) {
        String words() {
            return "drained " + Row.rate(drained) + ", end to end " + Row.rate(flowing);
        }
    }

    private QueueDrain() {}

    static List<Row> run(Options options, List<Ours> ours, List<Celery> celeries) throws Exception {
        int count = options.rounds(9_600, 3_200);
        QueueScenario scenario = QueueScenario.plain(PREFETCH);
        QueueContender.Measure<Rates> measure = side -> measure(side, count);
        Map<String, Rates> mine = QueueContender.each(ours, scenario, measure, Rates::words);
        Map<String, Rates> theirs = QueueContender.each(celeries, scenario, measure, Rates::words);
        List<String> remote = ours.stream().filter(Ours::remote).map(Ours::name).toList();
        List<Row> rows = new ArrayList<>(QueueRows.rates(
                "no-op tasks drained from a full queue, result stored", rates(mine, Rates::drained),
                rates(theirs, Rates::drained), (name, rate) -> ""));
        rows.addAll(QueueRows.rates(
                "no-op tasks, submit → result stored", rates(mine, Rates::flowing), rates(theirs, Rates::flowing),
                (name, rate) -> remote.contains(name) ? Row.budget("≥ 5,000/s", rate >= BUDGET) : ""));
        return rows;
    }

    private static Map<String, Double> rates(Map<String, Rates> all, ToDoubleFunction<Rates> which) {
        Map<String, Double> rates = new LinkedHashMap<>();
        all.forEach((name, both) -> rates.put(name, which.applyAsDouble(both)));
        return rates;
    }

    private static Rates measure(QueueSide side, int count) throws Exception {
        side.fill(count, Kind.noop("full"));
        side.work(side.manySlots());
        List<TaskRun> full = side.await("full", count, PATIENCE);
        double drained = (count - 1) / (lastEnd(full) - full.stream().mapToDouble(TaskRun::started).min().orElseThrow());
        side.burst(count, Kind.noop("flowing"));
        List<TaskRun> flowing = side.await("flowing", count, PATIENCE);
        double seconds = lastEnd(flowing) - flowing.stream().mapToDouble(TaskRun::sent).min().orElseThrow();
        return new Rates(drained, count / seconds);
    }

    private static double lastEnd(List<TaskRun> runs) {
        return runs.stream().mapToDouble(TaskRun::ended).max().orElseThrow();
    }
}
