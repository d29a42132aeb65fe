package dev.crucible.dispatch;

import static java.util.Objects.requireNonNull;

import dev.crucible.events.EventBus;
import dev.crucible.executor.CodeExecutor;
import dev.crucible.executor.EngineStatus;
import dev.crucible.kernel.Part;
import dev.crucible.kernel.PlatformException;
import dev.crucible.lifecycle.EvaluationLifecycle;
import dev.crucible.platform.concurrent.Threads;
import dev.crucible.queue.Lease;
import dev.crucible.queue.TaskQueue;
import dev.crucible.queue.WorkerProfile;
import dev.crucible.storage.OutputStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker: as many slots as it may run evaluations at once, each of which leases a task, runs it and reports. Knows
 * the other modules by their faces only, so it may run in another process than the queue.
 */
public final class Dispatcher implements Part {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final long PAUSE_MILLIS = 1_000;

    private final DispatchConfig config;
    private final TaskQueue queue;
    private final CodeExecutor executor;
    private final EvaluationLifecycle lifecycle;
    private final OutputStore outputs;
    private final EventBus events;
    private final ScheduledExecutorService heartbeats = Threads.scheduler("heartbeats");
    private final List<Thread> slots = new ArrayList<>();
    private final Set<Attempt> running = ConcurrentHashMap.newKeySet();
    private volatile boolean closing;

    public Dispatcher(
            DispatchConfig config,
            TaskQueue queue,
            CodeExecutor executor,
            EvaluationLifecycle lifecycle,
            OutputStore outputs,
            EventBus events) {
        this.config = requireNonNull(config, "config is null");
        this.queue = requireNonNull(queue, "queue is null");
        this.executor = requireNonNull(executor, "executor is null");
        this.lifecycle = requireNonNull(lifecycle, "lifecycle is null");
        this.outputs = requireNonNull(outputs, "outputs is null");
        this.events = requireNonNull(events, "events is null");
    }

    @Override
    public void start() {
        for (int slot = 1; slot <= config.slots(); slot++) {
            String workerId = config.workerId() + "-" + slot;
            Thread thread = Threads.daemon("worker-" + slot, () -> work(workerId));
            slots.add(thread);
            thread.start();
        }
        long beat = Math.max(1, config.lease().toMillis() / 3);
        heartbeats.scheduleWithFixedDelay(
                () -> running.forEach(Attempt::heartbeat), beat, beat, TimeUnit.MILLISECONDS);
    }

    private void work(String workerId) {
        while (!closing) {
            try {
                Set<String> engines = availableEngines();
                Optional<Lease> lease = engines.isEmpty()
                        ? Optional.empty()
                        : queue.next(new WorkerProfile(workerId, engines, Set.of()), POLL);
                if (lease.isPresent()) {
                    run(lease.get(), workerId);
                } else if (engines.isEmpty()) {
                    Thread.sleep(PAUSE_MILLIS);
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.atWarn().setCause(e).addKeyValue("worker", workerId).addKeyValue("error_code", code(e))
                        .log("The worker could not get or run a task; it goes on in a second");
                pause();
            }
        }
    }

    private void run(Lease lease, String workerId) {
        Attempt attempt = new Attempt(lease, workerId, queue, executor, lifecycle, outputs, events);
        running.add(attempt);
        try {
            if (closing) {
                attempt.giveBack();
            } else {
                attempt.run();
            }
        } finally {
            running.remove(attempt);
        }
    }

    private Set<String> availableEngines() {
        return executor.engines().stream()
                .filter(EngineStatus::available).map(EngineStatus::name).collect(Collectors.toUnmodifiableSet());
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String code(RuntimeException e) {
        return e instanceof PlatformException known ? known.code().code() : "internal";
    }

    /** Leases nothing more, lets running work finish within the grace time, and hands the rest back to the queue. */
    @Override
    public void close() {
        if (closing) {
            return;
        }
        closing = true;
        long deadline = System.nanoTime() + config.grace().toNanos();
        try {
            for (Thread slot : slots) {
                slot.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            }
            running.forEach(Attempt::giveBack);
            for (Thread slot : slots) {
                slot.join(TimeUnit.SECONDS.toMillis(5));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        heartbeats.shutdownNow();
    }
}
