package dev.crucible.testing;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.queue.CancelAnswer;
import dev.crucible.queue.DeadLetter;
import dev.crucible.queue.Enqueued;
import dev.crucible.queue.Extension;
import dev.crucible.queue.Failed;
import dev.crucible.queue.Lease;
import dev.crucible.queue.LeaseToken;
import dev.crucible.queue.QueueStatus;
import dev.crucible.queue.Settlement;
import dev.crucible.queue.SettlementHandler;
import dev.crucible.queue.Task;
import dev.crucible.queue.TaskQueue;
import dev.crucible.queue.TaskView;
import dev.crucible.queue.WorkerProfile;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** First in, first out, in memory; settles on the caller's thread. Leases never run out. */
public final class FakeQueue implements TaskQueue {
    private static final Duration LEASE = Duration.ofSeconds(30);

    private final Map<EvaluationId, Task> waiting = new LinkedHashMap<>();
    private final Map<EvaluationId, LeaseToken> leased = new LinkedHashMap<>();
    private final Set<EvaluationId> cancelRequested = new LinkedHashSet<>();
    private final List<DeadLetter> dead = new ArrayList<>();
    private final int capacity;
    private final InstantSource clock;
    private final SettlementHandler settlements;
    private boolean paused;
    private boolean refusing;

    public FakeQueue(int capacity, InstantSource clock, SettlementHandler settlements) {
        this.capacity = capacity;
        this.clock = clock;
        this.settlements = settlements;
    }

    /** From now on enqueueing fails as it does when the queue cannot be reached, or works again. */
    public synchronized void refusing(boolean now) {
        refusing = now;
    }

    /** Forgets a task as a crash before its journal entry would. */
    public synchronized void lose(EvaluationId id) {
        waiting.remove(id);
    }

    @Override
    public Enqueued enqueue(Task task) {
        return enqueueAll(List.of(task)).get(0);
    }

    @Override
    public synchronized List<Enqueued> enqueueAll(List<Task> tasks) {
        if (refusing) {
            throw new PlatformException(ErrorCode.QUEUE_UNAVAILABLE, "The queue cannot be reached.");
        }
        if (waiting.size() + tasks.size() > capacity) {
            throw PlatformException.retryLater(ErrorCode.QUEUE_FULL, "The queue is full.", Duration.ofSeconds(5));
        }
        List<Enqueued> answers = new ArrayList<>();
        for (Task task : tasks) {
            if (!leased.containsKey(task.id())) {
                waiting.putIfAbsent(task.id(), task);
            }
            answers.add(new Enqueued(task.id(), position(task.id())));
        }
        return answers;
    }

    private int position(EvaluationId id) {
        return Math.max(0, new ArrayList<>(waiting.keySet()).indexOf(id));
    }

    @Override
    public synchronized Optional<Lease> next(WorkerProfile worker, Duration wait) {
        if (paused || waiting.isEmpty()) {
            return Optional.empty();
        }
        Task task = waiting.values().iterator().next();
        waiting.remove(task.id());
        LeaseToken token = new LeaseToken(task.id(), 1, 1);
        leased.put(task.id(), token);
        return Optional.of(new Lease(token, task, LEASE, Duration.ZERO));
    }

    @Override
    public synchronized Extension extend(LeaseToken token) {
        requireLease(token);
        return new Extension(cancelRequested.contains(token.id()), LEASE);
    }

    @Override
    public void complete(LeaseToken token, Outcome outcome) {
        synchronized (this) {
            requireLease(token);
            leased.remove(token.id());
        }
        settlements.settle(List.of(
                new Settlement.Finished(
                token.id(), token.attempt(), clock.instant(), "worker:worker-1", "worker-1", outcome, false)));
    }

    @Override
    public Failed fail(LeaseToken token, String error) {
        synchronized (this) {
            requireLease(token);
            leased.remove(token.id());
            dead.add(new DeadLetter(token.id(), clock.instant(), token.attempt(), List.of(
                    new DeadLetter.LostAttempt(token.attempt(), clock.instant(), error))));
        }
        settlements.settle(List.of(new Settlement.Finished(
                token.id(), token.attempt(), clock.instant(), "queue", "worker-1",
                Outcome.notRun(Reason.SANDBOX_ERROR, error), true)));
        return Failed.DEAD_LETTER;
    }

    @Override
    public synchronized void release(LeaseToken token, String why) {
        requireLease(token);
        leased.remove(token.id());
    }

    @Override
    public CancelAnswer cancel(EvaluationId id, String actor) {
        synchronized (this) {
            if (leased.containsKey(id)) {
                cancelRequested.add(id);
                return CancelAnswer.REQUESTED;
            }
            if (waiting.remove(id) == null) {
                return CancelAnswer.UNKNOWN;
            }
        }
        settlements.settle(List.of(new Settlement.Finished(
                id, 0, clock.instant(), actor, null,
                Outcome.notRun(Reason.CANCELLED, "It was cancelled before it ran."), false)));
        return CancelAnswer.REMOVED;
    }

    @Override
    public synchronized Optional<TaskView> find(EvaluationId id) {
        if (waiting.containsKey(id)) {
            return Optional.of(view(id, TaskView.State.QUEUED, position(id)));
        }
        return leased.containsKey(id) ? Optional.of(view(id, TaskView.State.LEASED, 0)) : Optional.empty();
    }

    private TaskView view(EvaluationId id, TaskView.State state, int position) {
        return new TaskView(id, state, position, clock.instant(), 5, 0);
    }

    @Override
    public synchronized QueueStatus status() {
        List<Integer> byPriority = new ArrayList<>(Collections.nCopies(11, 0));
        waiting.values().forEach(task ->
                byPriority.set(task.submission().priority(), byPriority.get(task.submission().priority()) + 1));
        return new QueueStatus(
                waiting.size(), leased.size(), 0, dead.size(), byPriority,
                waiting.isEmpty() ? null : Duration.ofMillis(1500), 1, paused);
    }

    @Override
    public synchronized void pause() {
        paused = true;
    }

    @Override
    public synchronized void resume() {
        paused = false;
    }

    @Override
    public synchronized List<DeadLetter> deadLetters(int limit) {
        return dead.stream().limit(limit).toList();
    }

    private void requireLease(LeaseToken token) {
        if (!token.equals(leased.get(token.id()))) {
            throw new PlatformException(ErrorCode.LEASE_LOST, "The lease is no longer held.");
        }
    }
}
