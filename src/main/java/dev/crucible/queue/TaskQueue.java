package dev.crucible.queue;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The queue of evaluations that wait for a worker. Mirrors the queue service on port 8081. Thread-safe.
 *
 * <p>Order: the level with the highest effective priority goes first. A waiting task gains a level each ageing interval;
 * past the top level, age alone decides between levels. Among levels that are equal the one whose oldest task waited
 * longest goes first. Inside a level submitters take turns, each in first-in-first-out order; a turn is passed over when
 * its task has not aged as far as the level's oldest and would go before a more urgent one because of it. Only tasks that
 * the worker can run count.
 *
 * <p>Delivery: a task is handed out under a lease. It is given again when the lease runs out or the worker hands it
 * back, and after {@link QueueConfig#maxAttempts()} losses it is a dead letter. Only the holder of the current lease
 * can end a task, so exactly one result is accepted.
 *
 * <p>Durability: when a method returns, what it did survives a crash.
 */
public interface TaskQueue {
    /**
     * {@code POST /tasks}. The same id again gives the same answer and is queued once.
     *
     * @throws PlatformException {@code QUEUE_FULL}, {@code QUEUE_DRAINING} with a time to wait
     */
    Enqueued enqueue(Task task);

    /** {@code POST /tasks/batch}: all or none, in one transaction, in order. */
    List<Enqueued> enqueueAll(List<Task> tasks);

    /** {@code GET /tasks/next?wait=}: the most urgent task this worker can run, or empty when none came in time. */
    Optional<Lease> next(WorkerProfile worker, Duration wait);

    /**
     * {@code POST /tasks/{id}/heartbeat}: extends the lease to its full length from now.
     *
     * @throws PlatformException {@code LEASE_LOST} if the token is not the current one
     */
    Extension extend(LeaseToken token);

    /**
     * {@code POST /tasks/{id}/complete}: the one result. The same token again is answered alike.
     *
     * @throws PlatformException {@code LEASE_LOST} if the token is not the current one; nothing is changed
     */
    void complete(LeaseToken token, Outcome outcome);

    /**
     * {@code POST /tasks/{id}/fail}: the attempt was lost through our fault. The task is delayed and tried again, or a
     * dead letter after the last attempt.
     *
     * @throws PlatformException {@code LEASE_LOST} if the token is not the current one
     */
    Failed fail(LeaseToken token, String error);

    /** Hands a task back unrun or unfinished, at no fault of its own: it is queued again at once in its old place. */
    void release(LeaseToken token, String why);

    /**
     * Cancels a task: a queued one is gone at once; for a leased one its holder is told with the next
     * {@link #extend}.
     */
    CancelAnswer cancel(EvaluationId id, String actor);

    /** {@code GET /tasks/{id}}: a task that is waiting, leased or dead. */
    Optional<TaskView> find(EvaluationId id);

    /** {@code GET /status}. */
    QueueStatus status();

    /** No task is handed out until {@link #resume}; enqueueing goes on. Not remembered across a restart. */
    void pause();

    /**
     * No task is handed out and no new one accepted until {@link #resume}; what is leased goes on to its end. Not
     * remembered across a restart.
     */
    void drain();

    /** Ends {@link #pause} and {@link #drain}. */
    void resume();

    /** Dead letters, newest first. */
    List<DeadLetter> deadLetters(int limit);

    /** {@code GET /dlq/tasks/{id}}: one dead letter with its task. */
    Optional<DeadTask> deadLetter(EvaluationId id);

    /**
     * {@code DELETE /dlq/tasks/{id}}: takes dead letters away for good. To try one again, enqueue its task under a new
     * id before: its own id has had its one result, which a second may not follow.
     *
     * @return those of them that were dead letters
     */
    List<EvaluationId> discard(List<EvaluationId> ids);
}
