package dev.crucible.bench;

import dev.crucible.queue.TaskQueueBenchmark;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The queue: in memory without a journal, and durable beside Celery. */
final class QueueBench {
    private static final double BUDGET_NANOS = 1000;

    private QueueBench() {}

    static List<Row> run(Workspace workspace, Options options) throws Exception {
        List<Row> rows = new ArrayList<>(inMemory(options));
        rows.addAll(QueueTransports.run(options));
        Celery.Found celery = Celery.find(workspace);
        rows.add(Row.alone("Celery", celery.words(), ""));
        List<Celery> celeries = celery.brokers();
        JournaledQueues queues = new JournaledQueues(workspace.postgres());
        List<Ours> ours = Ours.all(queues);
        try (QueueLosses losses = new QueueLosses(workspace, celeries)) {
            // First, while little else is in the heap.
            rows.addAll(QueueRestart.run(options, queues, celeries));
            rows.addAll(QueueSubmits.run(workspace, options, ours, celeries));
            rows.addAll(QueueLatency.run(options, ours, celeries));
            rows.addAll(QueueDrain.run(options, ours, celeries));
            rows.addAll(QueuePriorities.run(options, ours, celeries));
            rows.addAll(losses.rows(ours));
        }
        return rows;
    }

    private static List<Row> inMemory(Options options) throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                .include(TaskQueueBenchmark.class.getName())
                .warmupIterations(options.rounds(15, 8))
                .measurementIterations(options.rounds(20, 8))
                .verbosity(VerboseMode.SILENT)
                .build()).run();
        if (results.isEmpty()) {
            throw new RunnerException("JMH ran nothing");
        }
        List<Row> rows = new ArrayList<>();
        for (RunResult result : results) {
            double nanos = result.getPrimaryResult().getScore();
            rows.add(Row.alone(
                    "enqueue + take in memory, " + result.getParams().getParam("backlog") + " others waiting",
                    String.format(Locale.ROOT, "%.0f ± %.0f ns", nanos, result.getPrimaryResult().getScoreError()),
                    Row.budget("≤ 1 µs", nanos <= BUDGET_NANOS)));
        }
        return rows;
    }
}
