package dev.crucible.bench;

import dev.crucible.bench.QueueSide.Kind;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.queue.Lease;
import dev.crucible.queue.Task;
import dev.crucible.queue.TaskQueue;
import dev.crucible.queue.WorkerProfile;
import dev.crucible.testing.Submissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A worker dies with a task in its hands while another waits: how long until that one starts it. */
final class QueueLosses implements AutoCloseable {
    private static final Duration LEASE = Duration.ofSeconds(2);
    /** Of Redis. A task that takes longer is given to a second worker while the first still runs it. */
    private static final Duration VISIBILITY = Duration.ofSeconds(5);
    /**
     * Celery's worker looks for lost messages on Redis 10 s after its start and every 100 s from then on. A worker that
     * dies half-way between two looks makes a wait that is neither lucky nor unlucky.
     */
    private static final Duration HALF_WAY = Duration.ofSeconds(60);

    private static final Duration PATIENCE = Duration.ofSeconds(150);

    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final List<Celery> celeries;
    private final Future<Double> onRedis;

    /** Begins at once with what takes longest and needs no CPU. */
    QueueLosses(Workspace workspace, List<Celery> celeries) {
        this.celeries = celeries;
        this.onRedis = thread.submit(() -> celeries.stream().anyMatch(Celery::redis)
                ? celery(Celery.onRedis(workspace, "everysec"), HALF_WAY) : Double.NaN);
    }

    List<Row> rows(List<Ours> ours) throws Exception {
        Map<String, Callable<Double>> theirs = new TreeMap<>();
        for (Celery celery : celeries) {
            if (celery.redis()) {
                theirs.put(celery.name() + ", visibility 5 s", onRedis::get);
            } else {
                theirs.put(celery.name(), () -> celery(celery, Duration.ZERO));
            }
        }
        List<String> words = new ArrayList<>();
        for (Map.Entry<String, Callable<Double>> one : theirs.entrySet()) {
            words.add(one.getKey() + String.format(Locale.ROOT, " %.2f s", one.getValue().call()));
        }
        List<Row> rows = new ArrayList<>();
        for (Ours way : ours) {
            double seconds = ours(way);
            rows.add(new Row(
                    "a dead worker's task starts again, lease " + LEASE.toSeconds() + " s, " + way.name(),
                    String.format(Locale.ROOT, "%.2f s", seconds), String.join("; ", words), "",
                    Row.budget("≤ lease + 1 s", seconds <= LEASE.toSeconds() + 1)));
        }
        return rows;
    }

    private static double ours(Ours way) throws Exception {
        try (Ours.Opened opened = way.opener().open(QueueScenario.lease(LEASE))) {
            TaskQueue queue = opened.queue();
            queue.enqueue(new Task(new EvaluationId("lost"), "bench", Submissions.python("pass")));
            take(queue, "dies");
            double died = TaskRun.now();
            take(queue, "lives");
            return TaskRun.now() - died;
        }
    }

    private static Lease take(TaskQueue queue, String worker) {
        return queue.next(new WorkerProfile(worker, Set.of(), Set.of()), Duration.ofSeconds(30)).orElseThrow();
    }

    private static double celery(Celery celery, Duration before) throws Exception {
        try (CeleryQueue queue = celery.open(QueueScenario.kept(VISIBILITY))) {
            List<Daemon> workers = List.of(queue.worker(1), queue.worker(1));
            awaitBoth(queue);
            Thread.sleep(before.toMillis());
            queue.pace(1, Duration.ZERO, new Kind("lost", (int) PATIENCE.toMillis(), false));
            TaskRun first = queue.await("lost", 1, PATIENCE).get(0);
            Daemon holder = workers.stream().filter(worker -> worker.pid() == first.worker()).findAny().orElseThrow();
            double died = TaskRun.now();
            holder.kill();
            return queue.await("lost", 2, PATIENCE).get(1).started() - died;
        }
    }

    private static void awaitBoth(CeleryQueue queue) throws Exception {
        Kind kind = new Kind("warm-up", 100, false);
        for (int sent = 4; queue.runs(kind.word()).stream().map(TaskRun::worker).distinct().count() < 2; sent += 4) {
            queue.pace(4, Duration.ZERO, kind);
            queue.await(kind.word(), sent, PATIENCE);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
