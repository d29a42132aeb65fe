package dev.crucible.testing;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.queue.CancelAnswer;
import dev.crucible.queue.DeadLetter;
import dev.crucible.queue.DeadTask;
import dev.crucible.queue.Enqueued;
import dev.crucible.queue.Extension;
import dev.crucible.queue.Failed;
import dev.crucible.queue.Lease;
import dev.crucible.queue.LeaseToken;
import dev.crucible.queue.LevelStatus;
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
    private static final Duration AGE = Duration.ofMillis(1500);

    private final Map<EvaluationId, Task> waiting = new LinkedHashMap<>();
    private final Map<EvaluationId, LeaseToken> leased = new LinkedHashMap<>();
    private final Map<EvaluationId, Task> handedOut = new LinkedHashMap<>();
    private final Set<EvaluationId> cancelRequested = new LinkedHashSet<>();
    private final List<DeadTask> dead = new ArrayList<>();
    private final int capacity;
    private final InstantSource clock;
    private final SettlementHandler settlements;
    private boolean paused;
    private boolean draining;
    private boolean refusing;
    private boolean keepingDeadLetters;

    public FakeQueue(int capacity, InstantSource clock, SettlementHandler settlements) {
        this.capacity = capacity;
        this.clock = clock;
        this.settlements = settlements;
    }

    /** From now on enqueueing fails as it does when the queue cannot be reached, or works again. */
    public synchronized void refusing(boolean now) {
        refusing = now;
    }

    /** From now on dead letters stay as if there were a crash before they are discarded, or go again. */
    public synchronized void keepDeadLetters(boolean now) {
        keepingDeadLetters = now;
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
        if (draining) {
            throw PlatformException.retryLater(ErrorCode.QUEUE_DRAINING, "The queue is drained.", Duration.ofSeconds(30));
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
        if (paused || draining || waiting.isEmpty()) {
            return Optional.empty();
        }
        Task task = waiting.values().iterator().next();
        waiting.remove(task.id());
        LeaseToken token = new LeaseToken(task.id(), 1, 1);
        leased.put(task.id(), token);
        handedOut.put(task.id(), task);
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
            dead.add(new DeadTask(
                    new DeadLetter(token.id(), clock.instant(), token.attempt(), List.of(
                            new DeadLetter.LostAttempt(token.attempt(), clock.instant(), error))),
                    handedOut.get(token.id())));
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
        List<LevelStatus> levels = byPriority.stream()
                .map(queued -> new LevelStatus(
                        queued, queued == 0 ? null : AGE, Duration.ofMillis(250), null, 7, 2, 0.5, queued == 0 ? 0 : 0.25))
                .toList();
        return new QueueStatus(
                waiting.size(), leased.size(), 0, dead.size(), waiting.isEmpty() ? null : AGE, 1, paused || draining,
                draining, levels, 0.75);
    }

    @Override
    public synchronized void pause() {
        paused = true;
    }

    @Override
    public synchronized void drain() {
        draining = true;
    }

    @Override
    public synchronized void resume() {
        paused = false;
        draining = false;
    }

    @Override
    public synchronized List<DeadLetter> deadLetters(int limit) {
        List<DeadLetter> letters = new ArrayList<>(dead.stream().map(DeadTask::letter).toList());
        Collections.reverse(letters);
        return letters.stream().limit(limit).toList();
    }

    @Override
    public synchronized Optional<DeadTask> deadLetter(EvaluationId id) {
        return dead.stream().filter(one -> one.letter().id().equals(id)).findFirst();
    }

    @Override
    public synchronized List<EvaluationId> discard(List<EvaluationId> ids) {
        if (keepingDeadLetters) {
            return List.of();
        }
        List<EvaluationId> gone = dead.stream().map(one -> one.letter().id()).filter(ids::contains).toList();
        dead.removeIf(one -> gone.contains(one.letter().id()));
        return gone;
    }

    private void requireLease(LeaseToken token) {
        if (!token.equals(leased.get(token.id()))) {
            throw new PlatformException(ErrorCode.LEASE_LOST, "The lease is no longer held.");
        }
    }
}
