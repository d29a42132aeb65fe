package dev.crucible.api;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.queue.Task;
import dev.crucible.queue.TaskQueue;
import dev.crucible.storage.Evaluation;
import dev.crucible.storage.EvaluationStore;

/** Finds evaluations that were stored but never reached the queue, and brings them there. Thread-safe. */
final class Strays {
    private final EvaluationStore store;
    private final TaskQueue queue;

    Strays(EvaluationStore store, TaskQueue queue) {
        this.store = requireNonNull(store, "store is null");
        this.queue = requireNonNull(queue, "queue is null");
    }

    /**
     * Whether an evaluation is one. The queue is asked first and the record read after: a task that left the queue in
     * between has left its mark on the record, and one that was ever handed out has an attempt.
     */
    boolean is(EvaluationId id) {
        return queue.find(id).isEmpty() && store.find(id).filter(Strays::neverHandedOut).isPresent();
    }

    /** Enqueues an evaluation if it is a stray. */
    boolean enqueue(EvaluationId id) {
        if (queue.find(id).isPresent()) {
            return false;
        }
        Evaluation evaluation = store.find(id).filter(Strays::neverHandedOut).orElse(null);
        if (evaluation == null) {
            return false;
        }
        queue.enqueue(new Task(id, evaluation.submitter(), evaluation.submission()));
        return true;
    }

    private static boolean neverHandedOut(Evaluation evaluation) {
        return evaluation.status() == EvaluationStatus.QUEUED && evaluation.attempt() == 0;
    }
}
