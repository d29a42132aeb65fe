package dev.crucible.api;

import dev.crucible.executor.CodeExecutor;
import dev.crucible.executor.StopMode;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.queue.CancelAnswer;
import dev.crucible.queue.TaskQueue;
import dev.crucible.queue.TaskView;
import dev.crucible.storage.Evaluation;
import dev.crucible.storage.EvaluationStore;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Stops evaluations. The queue is told first, since it alone knows whether a task still waits; the executor second, so
 * that a running program ends now and not at its worker's next heartbeat. Thread-safe.
 */
final class Stopper {
    private static final Duration REMOVAL = Duration.ofSeconds(2);
    /** SIGTERM, five seconds, SIGKILL, and the way back. */
    private static final Duration STOP = Duration.ofSeconds(7);

    private static final Duration KILL_AGAIN = Duration.ofMillis(100);
    /** Waiting holds a thread, so only so many calls wait; the others are answered with the status of the moment. */
    private static final int MAX_WAITING = 32;

    private final TaskQueue queue;
    private final EvaluationStore store;
    private final CodeExecutor executor;
    private final Endings endings;
    private final Strays strays;
    private final Semaphore waiting = new Semaphore(MAX_WAITING);

    Stopper(TaskQueue queue, EvaluationStore store, CodeExecutor executor, Endings endings) {
        this.queue = queue;
        this.store = store;
        this.executor = executor;
        this.endings = endings;
        this.strays = new Strays(store, queue);
    }

    /** @throws PlatformException {@code NOT_FOUND} */
    Stopped cancel(EvaluationId id, StopMode mode, Caller caller) {
        EvaluationStatus before = status(id);
        if (before.terminal()) {
            return new Stopped(id, before, "The evaluation had already ended: " + before.wire());
        }
        try (Endings.Watch watch = endings.watch(id)) {
            CancelAnswer answer = queue.cancel(id, caller.actor());
            if (answer == CancelAnswer.UNKNOWN && !await(id, watch, REMOVAL).terminal() && strays.enqueue(id)) {
                answer = queue.cancel(id, caller.actor());
            }
            if (answer == CancelAnswer.REQUESTED) {
                return stopRunning(id, mode, watch);
            }
            EvaluationStatus now = await(id, watch, REMOVAL);
            return new Stopped(id, now, now == EvaluationStatus.CANCELLED
                    ? "Task cancelled before it ran"
                    : now.terminal() ? "It ended before it could be cancelled" : "The cancellation is on its way");
        }
    }

    /**
     * Answers only when the kill took effect or is on its way: one that had ended by itself is a conflict, no matter whether
     * that was recorded before the call or while it waited.
     *
     * @throws PlatformException {@code NOT_FOUND}, or {@code STATE_CONFLICT} when it is not running
     */
    Stopped kill(EvaluationId id, Caller caller) {
        EvaluationStatus before = status(id);
        boolean leased = queue.find(id).filter(view -> view.state() == TaskView.State.LEASED).isPresent();
        if (before.terminal() || !leased) {
            throw notRunning(status(id));
        }
        Stopped stopped = cancel(id, StopMode.KILL, caller);
        if (stopped.status().terminal() && stopped.status() != EvaluationStatus.CANCELLED) {
            throw notRunning(stopped.status());
        }
        return stopped;
    }

    private static PlatformException notRunning(EvaluationStatus status) {
        return new PlatformException(ErrorCode.STATE_CONFLICT, "The evaluation is not running: it is " + status.wire() + "."
                + (status.terminal() ? "" : " To take it out of the queue, cancel it."));
    }

    private Stopped stopRunning(EvaluationId id, StopMode mode, Endings.Watch watch) {
        EvaluationStatus now = awaitStop(id, mode, watch);
        if (now == EvaluationStatus.CANCELLED) {
            return new Stopped(id, now, mode == StopMode.KILL ? "Task forcefully terminated" : "Task cancelled");
        }
        return new Stopped(id, now, now.terminal()
                ? "It ended before it could be cancelled"
                : "The cancellation is on its way; it has not ended yet");
    }

    /** Asks again until told: between its lease and its sandbox a task is nowhere that could be killed. */
    private EvaluationStatus awaitStop(EvaluationId id, StopMode mode, Endings.Watch watch) {
        boolean told = executor.kill(id, mode);
        if (!waiting.tryAcquire()) {
            return status(id);
        }
        try {
            long end = System.nanoTime() + STOP.toNanos();
            while (System.nanoTime() < end) {
                Optional<EvaluationStatus> ended = watch.await(KILL_AGAIN);
                if (ended.isPresent()) {
                    return ended.get();
                }
                if (Thread.currentThread().isInterrupted() || watch.ended().isDone()) {
                    break;
                }
                told = told || executor.kill(id, mode);
            }
            return status(id);
        } finally {
            waiting.release();
        }
    }

    private EvaluationStatus await(EvaluationId id, Endings.Watch watch, Duration atMost) {
        EvaluationStatus now = status(id);
        if (now.terminal() || !waiting.tryAcquire()) {
            return now;
        }
        try {
            return watch.await(atMost).orElseGet(() -> status(id));
        } finally {
            waiting.release();
        }
    }

    private EvaluationStatus status(EvaluationId id) {
        return store.find(id).map(Evaluation::status).orElseThrow(() -> EvaluationService.unknown(id));
    }
}
