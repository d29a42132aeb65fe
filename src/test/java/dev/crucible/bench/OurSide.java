package dev.crucible.bench;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.queue.Lease;
import dev.crucible.queue.Task;
import dev.crucible.queue.TaskQueue;
import dev.crucible.queue.WorkerProfile;
import dev.crucible.testing.Submissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Our queue with workers that are threads of the bench. What a task is to do is written in its code. */
final class OurSide implements QueueSide {
    private static final int CLIENTS = 32;
    /** Each waits for two commits per task, which those of the others share. */
    private static final int MANY_SLOTS = 64;

    private static final int BATCH = 1_000;
    private static final int URGENT = 10;
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Outcome DONE = Submissions.ok("1\n");

    private final Ours.Opened opened;
    private final TaskQueue queue;
    private final Queue<TaskRun> runs = new ConcurrentLinkedQueue<>();
    private final List<Thread> workers = new ArrayList<>();
    private final AtomicInteger count = new AtomicInteger();
    private volatile boolean working = true;

    OurSide(Ours.Opened opened) {
        this.opened = opened;
        this.queue = opened.queue();
    }

    private Task task(Kind kind) {
        return new Task(
                new EvaluationId(kind.word() + "-" + count.incrementAndGet()), "bench",
                Submissions.python(kind.millis() + " " + TaskRun.now(), kind.urgent() ? URGENT : 0, null));
    }

    @Override
    public void fill(int count, Kind kind) {
        for (int left = count; left > 0; left -= BATCH) {
            List<Task> batch = new ArrayList<>();
            for (int i = 0; i < Math.min(left, BATCH); i++) {
                batch.add(task(kind));
            }
            queue.enqueueAll(batch);
        }
    }

    @Override
    public void burst(int count, Kind kind) throws Exception {
        Load.times(count, CLIENTS, () -> client(() -> queue.enqueue(task(kind))));
    }

    /** Submits for so long, one task or a batch with each call. */
    Load.Result submits(Duration time, int clients, int batch) throws Exception {
        Kind kind = Kind.noop("submit");
        return Load.during(time, clients, () -> client(() -> {
            List<Task> tasks = new ArrayList<>();
            for (int i = 0; i < batch; i++) {
                tasks.add(task(kind));
            }
            queue.enqueueAll(tasks);
        }));
    }

    private static Load.Client client(Runnable once) {
        return new Load.Client() {
            @Override
            public void once() {
                once.run();
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void pace(int count, Duration interval, Kind kind) throws Exception {
        long begin = System.nanoTime();
        for (int i = 0; i < count; i++) {
            TimeUnit.NANOSECONDS.sleep(begin + i * interval.toNanos() - System.nanoTime());
            queue.enqueue(task(kind));
        }
    }

    @Override
    public double flood(Duration time, int ready, Kind kind) throws Exception {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            int missing = ready - queue.status().byPriority().get(URGENT);
            if (missing > 0) {
                fill(missing, kind);
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return TaskRun.now();
    }

    @Override
    public void work(int slots) {
        for (int i = 0; i < slots; i++) {
            WorkerProfile profile = new WorkerProfile("bench-" + workers.size(), Set.of(), Set.of());
            Thread worker = new Thread(() -> loop(profile), profile.workerId());
            worker.setDaemon(true);
            workers.add(worker);
            worker.start();
        }
    }

    private void loop(WorkerProfile profile) {
        try {
            while (working) {
                Optional<Lease> lease = queue.next(profile, POLL);
                if (lease.isPresent()) {
                    run(lease.get());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(Lease lease) throws InterruptedException {
        double started = TaskRun.now();
        String[] orders = lease.task().submission().code().split(" ");
        TimeUnit.MILLISECONDS.sleep(Integer.parseInt(orders[0]));
        queue.complete(lease.token(), DONE);
        String id = lease.task().id().value();
        runs.add(new TaskRun(
                id.substring(0, id.lastIndexOf('-')), Double.parseDouble(orders[1]), started, TaskRun.now(),
                Thread.currentThread().getId()));
    }

    @Override
    public int manySlots() {
        return MANY_SLOTS;
    }

    @Override
    public List<TaskRun> runs(String kind) {
        return runs.stream().filter(run -> run.kind().equals(kind)).toList();
    }

    @Override
    public void close() throws Exception {
        working = false;
        for (Thread worker : workers) {
            worker.join();
        }
        opened.close();
    }
}
