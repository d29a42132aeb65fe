package dev.crucible.queue;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.queue.Entry.State;
import dev.crucible.queue.Journal.Change;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Every task that the queue holds, in memory. Each method is one step under the table's lock and does no I/O; between
 * two steps {@link PriorityTaskQueue} makes the change durable, while the entry's state keeps others away from it.
 */
final class TaskTable {
    private static final long WORKER_SEEN_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final QueueConfig config;
    private final QueueTime time;
    private final int mostDead;

    private final ReentrantLock lock = new ReentrantLock();
    private final IdleWorkers idle = new IdleWorkers(lock);
    private final Map<EvaluationId, Entry> tasks = new HashMap<>();
    private final WaitingTasks waiting;
    private final SubmissionCache submissions;
    private final RecentEnds ends = new RecentEnds();
    private final Admission admission;
    private final Leases leases;
    private final Map<String, Long> workersSeen = new HashMap<>();
    /** Dead letters, the oldest first. */
    private final Set<EvaluationId> dead = new LinkedHashSet<>();
    private int leased;
    private long epoch;
    private boolean paused;
    private boolean closed;

    /** @param journal what it keeps, this table need not */
    TaskTable(QueueConfig config, Journal journal, QueueTime time) {
        this.config = config;
        this.time = time;
        this.mostDead = journal.mostDeadLetters();
        this.waiting = new WaitingTasks(config.agingInterval(), time);
        this.submissions = new SubmissionCache(journal.keepsSubmissions());
        this.admission = new Admission(config, time, tasks, waiting, submissions, ends);
        this.leases = new Leases(config.lease().toNanos(), config.lease().toNanos() / 2, time.now());
    }

    /**
     * Fills the table; tasks that were lost stay out of reach until their return is settled. Answers those that wait and
     * were wished cancelled: nobody will get them.
     */
    List<Entry> restore(Journal.Restored restored) {
        return locked(() -> {
            List<Entry> unwanted = new ArrayList<>();
            epoch = restored.epoch();
            Set<EvaluationId> lost = restored.lost().stream().map(Settlement::id).collect(Collectors.toSet());
            long readyBefore = Long.MIN_VALUE;
            for (Journal.RestoredTask task : restored.waiting()) {
                Entry entry = Entry.of(task);
                // The order of submission stands even if the wall clock was set back in between.
                entry.readySince = Math.max(readyBefore, Math.min(time.now(), time.at(task.queuedAt())));
                readyBefore = entry.readySince;
                admission.goOnAfter(task.seq());
                tasks.put(entry.id, entry);
                if (lost.contains(entry.id)) {
                    entry.state = State.ENDING;
                    entry.dueAt = Long.MIN_VALUE;
                } else if (entry.cancelRequested) {
                    entry.state = State.ENDING;
                    unwanted.add(entry);
                } else {
                    waiting.add(entry, task.notBefore(), task.attempt() == 0);
                }
            }
            for (EvaluationId id : restored.dead()) {
                tasks.put(id, Entry.over(id, State.DEAD, true, time.instant()));
                dead.add(id);
            }
            restored.unsettled().forEach(
                    over -> tasks.put(over.id(), Entry.over(over.id(), State.ENDED, over.buried(), over.at())));
            return unwanted;
        });
    }

    /** @throws PlatformException {@code QUEUE_FULL}, {@code QUEUE_DRAINING} */
    Admission.Reservation reserve(List<Task> batch) {
        return locked(() -> admission.reserve(batch));
    }

    void abandon(Admission.Reservation reservation) {
        locked(() -> {
            admission.abandon(reservation);
            return null;
        });
    }

    /** The inserts are durable: the new tasks may be handed out. */
    List<Enqueued> admit(List<Task> batch, Admission.Reservation reservation) {
        return locked(() -> {
            List<Enqueued> answers = admission.admit(batch, reservation);
            batch.forEach(task -> idle.wakeFor(task.submission().engine(), task.submission().language()));
            return answers;
        });
    }

    /** Picks the next task for a worker, waiting for one; null when none came. The pick is not durable yet. */
    @Nullable Entry take(WorkerProfile worker, Duration wait) {
        long left = wait.toNanos();
        lock.lock();
        try {
            while (true) {
                workersSeen.put(worker.workerId(), time.now());
                if (waiting.promoteDue()) {
                    idle.wakeAll();
                }
                Entry entry = paused || admission.draining() || closed ? null : waiting.poll(worker);
                if (entry != null) {
                    entry.state = State.CLAIMING;
                    entry.attempt++;
                    entry.workerId = worker.workerId();
                    entry.reportedAt = null;
                    return entry;
                }
                if (left <= 0 || closed) {
                    return null;
                }
                left = idle.await(worker, left);
            }
        } catch (InterruptedException e) {
            idle.wakeAll(); // it may have been woken for a task that it does not take now
            Thread.currentThread().interrupt();
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** A lease that has begun. */
    record Granted(LeaseToken token, Duration waited) {}

    /** The pick is durable: the lease begins. */
    Granted grant(Entry entry) {
        return locked(() -> {
            submissions.forget(entry);
            leases.grant(entry, time.now());
            leased++;
            return new Granted(new LeaseToken(entry.id, epoch, entry.attempt), waiting.handedOut(entry));
        });
    }

    /** The pick could not be made durable: the task waits as if it had never been picked. */
    void putBack(Entry entry) {
        locked(() -> {
            entry.attempt--;
            entry.workerId = null;
            waiting.putBack(entry);
            idle.wakeAll();
            return null;
        });
    }

    Extension extend(LeaseToken token) {
        return locked(() -> {
            Entry reported = tasks.get(token.id());
            if (reported != null && token.epoch() == epoch && reported.reportedBy(token)) {
                return new Extension(reported.cancelRequested, config.lease());
            }
            Entry entry = held(token);
            leases.grant(entry, time.now());
            return new Extension(entry.cancelRequested, config.lease());
        });
    }

    /** Whether this very attempt has ended with a result not long ago. */
    boolean hasEnded(LeaseToken token) {
        return locked(() -> token.epoch() == epoch && ends.haveResultOf(token));
    }

    /** Takes a task from its holder, whose attempt is about to end. @throws PlatformException {@code LEASE_LOST} */
    Entry beginEnd(LeaseToken token) {
        return locked(() -> {
            Entry entry = held(token);
            entry.state = State.REPORTING;
            return entry;
        });
    }

    /** When the result of this attempt was first reported; the same time for every repetition. */
    Instant reportedAt(Entry entry) {
        return locked(() -> {
            if (entry.reportedAt == null) {
                entry.reportedAt = time.instant();
            }
            return entry.reportedAt;
        });
    }

    /** The end could not be made durable: the lease goes on. */
    void leaseAgain(Entry entry) {
        locked(() -> {
            leases.grant(entry, time.now());
            return null;
        });
    }

    /** The end of an attempt is durable and about to be settled. */
    void ended(Entry entry, Change change) {
        locked(() -> {
            leased--;
            if (change instanceof Change.Return returned) {
                entry.state = State.ENDING;
                entry.losses += returned.error() == null ? 0 : 1;
                entry.dueAt = returned.notBefore() == null
                        ? Long.MIN_VALUE : time.at(returned.notBefore());
            } else {
                entry.state = State.ENDED;
                ends.add(entry, change instanceof Change.Finish);
                if (change instanceof Change.Bury) {
                    bury(entry);
                }
            }
            return null;
        });
    }

    private void bury(Entry entry) {
        entry.buried = true;
        entry.task = null;
        dead.add(entry.id);
        while (dead.size() > mostDead) {
            unbury(dead.iterator().next());
        }
    }

    private void unbury(EvaluationId id) {
        dead.remove(id);
        Entry entry = requireNonNull(tasks.get(id));
        entry.buried = false;
        if (entry.state == State.DEAD) {
            tasks.remove(id);
        }
    }

    boolean isDead(EvaluationId id) {
        return locked(() -> dead.contains(id));
    }

    /** Those of them that are dead letters. */
    List<EvaluationId> dead(List<EvaluationId> ids) {
        return locked(() -> ids.stream().filter(dead::contains).distinct().toList());
    }

    /** Their removal is durable. One that another call has removed meanwhile is passed over. */
    List<EvaluationId> discarded(List<EvaluationId> ids) {
        return locked(() -> {
            List<EvaluationId> still = ids.stream().filter(dead::contains).toList();
            still.forEach(this::unbury);
            return still;
        });
    }

    /** What a wish to cancel meets; the entry is given when it waits, and is then out of everybody's reach. */
    record Cancelling(CancelAnswer answer, @Nullable Entry entry) {}

    Cancelling beginCancel(EvaluationId id, String actor) {
        return locked(() -> {
            Entry entry = tasks.get(id);
            if (entry == null || entry.state == State.ENDED || entry.state == State.DEAD) {
                return new Cancelling(CancelAnswer.UNKNOWN, null);
            }
            if (!entry.waiting()) {
                entry.cancelRequested = true;
                entry.cancelActor = actor;
                return new Cancelling(CancelAnswer.REQUESTED, null);
            }
            submissions.forget(entry);
            waiting.remove(entry);
            entry.state = State.ENDING;
            return new Cancelling(CancelAnswer.REMOVED, entry);
        });
    }

    /** The cancellation of a waiting task is durable. */
    void cancelled(Entry entry) {
        locked(() -> {
            entry.state = State.ENDED;
            ends.add(entry, false);
            return null;
        });
    }

    /** The task waits again: after its cancellation could not be made durable, or after a lost attempt. */
    void waitAgain(Entry entry) {
        locked(() -> {
            entry.workerId = null;
            waiting.addAgain(entry);
            idle.wakeAll();
            return null;
        });
    }

    /** A settlement has been taken. Answers the entry if it returns to the queue, else null. */
    @Nullable Entry settled(Settlement settlement) {
        return locked(() -> {
            Entry entry = tasks.get(settlement.id());
            if (entry == null || settlement instanceof Settlement.Requeued) {
                return entry;
            }
            if (entry.state != State.ENDED) {
                // Settled once more, after its id has come again.
                return null;
            }
            if (entry.buried) {
                entry.state = State.DEAD;
            } else {
                tasks.remove(entry.id);
            }
            return null;
        });
    }

    /** Promotes what is due; takes the tasks whose leases have run out from their holders. */
    List<Entry> expire() {
        return locked(() -> {
            long now = time.now();
            if (waiting.promoteDue()) {
                idle.wakeAll();
            }
            workersSeen.values().removeIf(seen -> now - seen > WORKER_SEEN_NANOS);
            return leases.expired(now);
        });
    }

    Optional<TaskView> find(EvaluationId id) {
        return locked(() -> Optional.ofNullable(tasks.get(id)).map(entry -> new TaskView(
                id, entry.view(), waiting.positionOf(entry), entry.queuedAt, entry.priority, entry.attempt)));
    }

    QueueStatus status() {
        return locked(() -> new QueueStatus(
                waiting.readySize(), leased, waiting.delayedSize(), dead.size(), waiting.oldestAge(), workersSeen.size(),
                paused || admission.draining(), admission.draining(), waiting.levels(), waiting.priorityEffectiveness()));
    }

    /** Nothing is handed out. */
    void pause() {
        locked(() -> paused = true);
    }

    /** Nothing is handed out and nothing accepted. */
    void drain() {
        locked(() -> {
            admission.drain(true);
            return null;
        });
    }

    void resume() {
        locked(() -> {
            paused = false;
            admission.drain(false);
            idle.wakeAll();
            return null;
        });
    }

    /** Nothing is handed out any more. False if that was so already. */
    boolean close() {
        return locked(() -> {
            boolean first = !closed;
            closed = true;
            idle.wakeAll();
            return first;
        });
    }

    private Entry held(LeaseToken token) {
        Entry entry = tasks.get(token.id());
        if (entry == null || token.epoch() != epoch || !entry.heldBy(token)) {
            throw new PlatformException(
                    ErrorCode.LEASE_LOST,
                    "The lease " + token.wire() + " of " + token.id() + " is not the current one; its result is not taken.");
        }
        return entry;
    }

    private <T extends @Nullable Object> T locked(Supplier<T> step) {
        lock.lock();
        try {
            return step.get();
        } finally {
            lock.unlock();
        }
    }
}
