package dev.crucible.bench;

import dev.crucible.bench.QueueSide.Kind;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.queue.Task;
import dev.crucible.queue.TaskQueue;
import dev.crucible.queue.WorkerProfile;
import dev.crucible.testing.Submissions;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;

/** A restart with many tasks in the queue, and the memory that each of them takes. */
final class QueueRestart {
    private static final int QUEUED = 100_000;
    private static final int QUEUED_FULL = 1_000_000;
    private static final int BATCH = 1_000;
    private static final int LEVELS = 11;
    private static final int CHECKED = 100;
    private static final int REDIS_QUEUED = 5_000;
    private static final long MEBIBYTE = 1 << 20;
    private static final WorkerProfile WORKER = new WorkerProfile("bench", Set.of(), Set.of());

    private QueueRestart() {}

    /**
     * What was seen.
     *
     * @param empty heap in bytes before, {@code filled} with all in the queue, {@code restarted} after it came back
     * @param loaded seconds until all was in memory again, {@code dispatched} until the first was handed out
     */
    private record Figures(long empty, long filled, long restarted, double loaded, double dispatched) {}

    static List<Row> run(Options options, JournaledQueues queues, List<Celery> celeries) throws Exception {
        int queued = options.full() ? QUEUED_FULL : QUEUED;
        return rows(options.full(), queued, measure(queues, queued), redisBytes(celeries));
    }

    private static Figures measure(JournaledQueues queues, int queued) {
        long empty = heap();
        try (JournaledQueue opened = queues.open(QueueScenario.roomFor(queued + BATCH))) {
            fill(opened.queue(), queued);
            long filled = heap();
            opened.close();
            double begin = TaskRun.now();
            opened.start();
            double loaded = TaskRun.now() - begin;
            checkNext(opened.queue(), 0);
            double dispatched = TaskRun.now() - begin;
            for (int i = 1; i < CHECKED; i++) {
                checkNext(opened.queue(), i);
            }
            return new Figures(empty, filled, heap(), loaded, dispatched);
        }
    }

    private static void fill(TaskQueue queue, int count) {
        for (int from = 0; from < count; from += BATCH) {
            queue.enqueueAll(IntStream.range(from, from + BATCH).mapToObj(i -> new Task(
                    new EvaluationId("task-" + i), "bench", Submissions.python("print(1)", i % LEVELS, null))).toList());
        }
        Progress.say(String.format(Locale.ROOT, "  %,d queued", count));
    }

    /** The order is what it was: the most urgent, first in, first out. */
    private static void checkNext(TaskQueue queue, int index) {
        String id = queue.next(WORKER, Duration.ofSeconds(5)).orElseThrow().task().id().value();
        if (!id.equals("task-" + (index * LEVELS + LEVELS - 1))) {
            throw new IllegalStateException("after the restart " + id + " came as number " + index);
        }
    }

    private static List<Row> rows(boolean full, int queued, Figures seen, String redis) {
        String with = String.format(Locale.ROOT, "restart with %,d queued", queued);
        long restarted = seen.restarted();
        return List.of(
                Row.alone(with + " → first dispatch, order checked", seconds(seen.dispatched()),
                        full ? Row.budget("≤ 2 s", seen.dispatched() <= 2) : ""),
                Row.alone(with + " → all loaded", seconds(seen.loaded()),
                        full ? Row.budget("≤ 10 s", seen.loaded() <= 10) : ""),
                Row.alone(String.format(Locale.ROOT, "heap after GC, empty → %,d queued → restarted", queued),
                        String.format(Locale.ROOT, "%d → %d → %d MiB", seen.empty() / MEBIBYTE, seen.filled() / MEBIBYTE,
                                restarted / MEBIBYTE),
                        full ? Row.budget("≤ 512 MB", restarted <= 512_000_000)
                                : Row.budget("≤ 200 MB more", restarted - seen.empty() <= 200_000_000)),
                new Row("memory for each queued task",
                        Math.round((seen.filled() - seen.empty()) / (double) queued) + " B", redis, "", ""));
    }

    private static String redisBytes(List<Celery> celeries) throws Exception {
        for (Celery celery : celeries) {
            if (celery.redis()) {
                try (CeleryQueue queue = celery.open(QueueScenario.plain(1))) {
                    long before = queue.bytes();
                    queue.fill(REDIS_QUEUED, Kind.noop("kept"));
                    return "Redis " + (queue.bytes() - before) / REDIS_QUEUED + " B";
                }
            }
        }
        return "";
    }

    private static String seconds(double seconds) {
        return String.format(Locale.ROOT, "%.2f s", seconds);
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
