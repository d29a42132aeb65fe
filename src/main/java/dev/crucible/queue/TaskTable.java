package dev.crucible.queue;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.queue.Entry.State;
import dev.crucible.queue.Journal.Change;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Every task that the queue holds, in memory. Each method is one step under the table's lock and does no I/O; between
 * two steps {@link PriorityTaskQueue} makes the change durable, while the entry's state keeps others away from it.
 */
final class TaskTable {
    private static final Duration FULL_RETRY_AFTER = Duration.ofSeconds(5);
    private static final long WORKER_SEEN_NANOS = TimeUnit.SECONDS.toNanos(60);
    /** Ended attempts whose workers may still ask again because an answer was lost. */
    private static final int REMEMBERED_ENDS = 10_000;
    /** Submissions kept in memory beside the journal, in characters of code and input. */
    private static final long CACHED_CHARACTERS = 32L << 20;
    /** Beyond a century nanoseconds would overflow, and nobody waits that long. */
    private static final Duration LONGEST_WAIT = Duration.ofDays(36_500);

    private final QueueConfig config;
    private final boolean dropSubmissions;
    private final InstantSource clock;
    private final LongSupplier nanos;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ready = lock.newCondition();
    private final Map<EvaluationId, Entry> tasks = new HashMap<>();
    private final ReadyTasks readyTasks;
    private final PriorityQueue<Entry> delayed = new PriorityQueue<>(Comparator.comparingLong(e -> e.dueAt));
    private final Leases leases;
    private final Map<String, Long> workersSeen = new HashMap<>();
    private final Map<EvaluationId, Integer> recentlyEnded = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<EvaluationId, Integer> eldest) {
            return size() > REMEMBERED_ENDS;
        }
    };
    /** Ready and delayed, and those whose insert is under way. */
    private int waiting;
    private int leased;
    private int dead;
    private long nextSeq = 1;
    private long epoch;
    private long cachedCharacters;
    private boolean paused;
    private boolean closed;

    /** @param dropSubmissions whether a submission that is not at hand can be read from the journal */
    TaskTable(QueueConfig config, boolean dropSubmissions, InstantSource clock, LongSupplier nanos) {
        this.config = config;
        this.dropSubmissions = dropSubmissions;
        this.clock = clock;
        this.nanos = nanos;
        this.readyTasks = new ReadyTasks(config.agingInterval().toNanos());
        this.leases = new Leases(config.lease().toNanos(), config.lease().toNanos() / 2, nanos.getAsLong());
    }

    /** Fills the table; tasks that were lost stay out of reach until their return is settled. */
    void restore(Journal.Restored restored) {
        locked(() -> {
            epoch = restored.epoch();
            Map<EvaluationId, Settlement.Requeued> lost = new HashMap<>();
            restored.lost().forEach(requeued -> lost.put(requeued.id(), requeued));
            long now = nanos.getAsLong();
            Instant wallNow = clock.instant();
            long readyBefore = Long.MIN_VALUE;
            for (Journal.RestoredTask task : restored.waiting()) {
                Entry entry = entry(task);
                // The order of submission stands even if the wall clock was set back in between.
                entry.readySince = Math.max(readyBefore, now - Math.max(0, nanosBetween(task.queuedAt(), wallNow)));
                readyBefore = entry.readySince;
                nextSeq = Math.max(nextSeq, task.seq() + 1);
                tasks.put(entry.id, entry);
                if (lost.containsKey(entry.id)) {
                    entry.state = State.ENDING;
                } else {
                    waiting++;
                    makeWait(entry, task.notBefore(), now);
                }
            }
            dead = restored.dead().size();
            restored.dead().forEach(id -> tasks.put(id, gone(id, State.DEAD, wallNow)));
            restored.unsettled().forEach(over -> tasks.put(over.id(), gone(over.id(), State.ENDED, over.at())));
            return null;
        });
    }

    private static Entry entry(Journal.RestoredTask task) {
        Entry entry = new Entry(
                task.id(), task.submitter(), task.priority(), task.engine(), task.language(), task.seq(), task.queuedAt());
        entry.attempt = task.attempt();
        entry.losses = task.losses();
        return entry;
    }

    private static Entry gone(EvaluationId id, State state, Instant at) {
        Entry entry = new Entry(id, "", Submission.LOWEST_PRIORITY, "", "", 0, at);
        entry.state = state;
        return entry;
    }

    /** What must be inserted for a batch, and the entries that are new with it. */
    record Reservation(List<Journal.NewTask> inserts, List<Entry> added) {}

    /** @throws PlatformException {@code QUEUE_FULL} */
    Reservation reserve(List<Task> batch) {
        return locked(() -> {
            requireRoom(batch);
            Instant now = clock.instant();
            List<Journal.NewTask> inserts = new ArrayList<>(batch.size());
            List<Entry> added = new ArrayList<>(batch.size());
            for (Task task : batch) {
                Entry entry = tasks.get(task.id());
                if (entry == null) {
                    entry = new Entry(task, nextSeq++, now);
                    tasks.put(task.id(), entry);
                    added.add(entry);
                    waiting++;
                }
                // A second call for a task whose insert is under way must not be answered before it is durable.
                if (entry.state == State.ENQUEUEING) {
                    inserts.add(new Journal.NewTask(task, entry.seq, entry.queuedAt));
                }
            }
            return new Reservation(inserts, added);
        });
    }

    private void requireRoom(List<Task> batch) {
        int fresh = 0;
        for (Task task : batch) {
            fresh += tasks.containsKey(task.id()) ? 0 : 1;
        }
        if (fresh > 0 && waiting + fresh > config.capacity()) {
            throw PlatformException.retryLater(
                    ErrorCode.QUEUE_FULL,
                    "The queue holds " + waiting + " of at most " + config.capacity()
                            + " waiting tasks. Send it again later.",
                    FULL_RETRY_AFTER);
        }
    }

    void abandon(Reservation reservation) {
        locked(() -> {
            for (Entry entry : reservation.added()) {
                tasks.remove(entry.id);
                waiting--;
            }
            return null;
        });
    }

    /** The inserts are durable: the new tasks may be handed out. */
    List<Enqueued> admit(List<Task> batch, Reservation reservation) {
        return locked(() -> {
            long now = nanos.getAsLong();
            for (Entry entry : reservation.added()) {
                entry.readySince = now;
                makeWait(entry, requireNonNull(entry.task).submission().notBefore(), now);
                keepSubmission(entry);
            }
            List<Enqueued> answers = new ArrayList<>(batch.size());
            for (Task task : batch) {
                Entry entry = tasks.get(task.id());
                answers.add(new Enqueued(task.id(), entry == null ? 0 : position(entry)));
            }
            return answers;
        });
    }

    /** Makes an entry ready, or delayed when its time has not come. It counts as waiting already. */
    private void makeWait(Entry entry, @Nullable Instant notBefore, long now) {
        long delay = notBefore == null ? 0 : nanosBetween(clock.instant(), notBefore);
        if (delay > 0) {
            entry.dueAt = now + delay;
            // A task that was put off counts its age from its time; one that is tried again keeps its age.
            entry.readySince = entry.attempt == 0 ? entry.dueAt : entry.readySince;
            entry.state = State.DELAYED;
            delayed.add(entry);
        } else {
            makeReady(entry);
        }
    }

    private void makeReady(Entry entry) {
        entry.state = State.READY;
        readyTasks.add(entry);
        ready.signalAll();
    }

    /** Picks the next task for a worker, waiting for one; null when none came. The pick is not durable yet. */
    @Nullable Entry take(WorkerProfile worker, Duration wait) {
        long left = wait.toNanos();
        lock.lock();
        try {
            while (true) {
                long now = nanos.getAsLong();
                workersSeen.put(worker.workerId(), now);
                promoteDue(now);
                Entry entry = paused || closed
                        ? null
                        : readyTasks.poll(now, candidate -> worker.canRun(candidate.engine, candidate.language));
                if (entry != null) {
                    waiting--;
                    entry.state = State.CLAIMING;
                    entry.attempt++;
                    entry.workerId = worker.workerId();
                    entry.reportedAt = null;
                    return entry;
                }
                if (left <= 0 || closed) {
                    return null;
                }
                left = ready.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** The pick is durable: the lease begins. */
    Lease grant(Entry entry, Task task) {
        return locked(() -> {
            long now = nanos.getAsLong();
            forgetSubmission(entry);
            leases.grant(entry, now);
            leased++;
            return new Lease(
                    new LeaseToken(entry.id, epoch, entry.attempt), task, config.lease(),
                    Duration.ofNanos(Math.max(0, now - entry.readySince)));
        });
    }

    /** The pick could not be made durable: the task waits as if it had never been picked. */
    void putBack(Entry entry) {
        locked(() -> {
            entry.attempt--;
            entry.workerId = null;
            waiting++;
            makeReady(entry);
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
            leases.grant(entry, nanos.getAsLong());
            return new Extension(entry.cancelRequested, config.lease());
        });
    }

    /** Whether this very attempt has ended with a result not long ago. */
    boolean hasEnded(LeaseToken token) {
        return locked(() -> token.epoch() == epoch
                && Integer.valueOf(token.attempt()).equals(recentlyEnded.get(token.id())));
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
                entry.reportedAt = clock.instant();
            }
            return entry.reportedAt;
        });
    }

    /** The end could not be made durable: the lease goes on. */
    void leaseAgain(Entry entry) {
        locked(() -> {
            leases.grant(entry, nanos.getAsLong());
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
                        ? Long.MIN_VALUE : nanos.getAsLong() + nanosBetween(clock.instant(), returned.notBefore());
            } else {
                entry.state = State.ENDED;
                recentlyEnded.put(entry.id, entry.attempt);
                dead += change instanceof Change.Bury ? 1 : 0;
            }
            return null;
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
            waiting--;
            forgetSubmission(entry);
            if (entry.state == State.READY) {
                readyTasks.remove(entry);
            } else {
                delayed.remove(entry);
            }
            entry.state = State.ENDING;
            return new Cancelling(CancelAnswer.REMOVED, entry);
        });
    }

    /** The cancellation of a waiting task is durable. */
    void cancelled(Entry entry) {
        locked(() -> {
            entry.state = State.ENDED;
            return null;
        });
    }

    /** The task waits again: after its cancellation could not be made durable, or after a lost attempt. */
    void waitAgain(Entry entry) {
        locked(() -> {
            entry.workerId = null;
            waiting++;
            if (entry.dueAt > nanos.getAsLong()) {
                entry.state = State.DELAYED;
                delayed.add(entry);
            } else {
                makeReady(entry);
            }
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
            if (((Settlement.Finished) settlement).buried()) {
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
            long now = nanos.getAsLong();
            promoteDue(now);
            workersSeen.values().removeIf(seen -> now - seen > WORKER_SEEN_NANOS);
            return leases.expired(now);
        });
    }

    private void promoteDue(long now) {
        while (!delayed.isEmpty() && delayed.peek().dueAt <= now) {
            makeReady(delayed.poll());
        }
    }

    Optional<TaskView> find(EvaluationId id) {
        return locked(() -> Optional.ofNullable(tasks.get(id)).map(entry -> new TaskView(
                id, entry.view(), position(entry), entry.queuedAt, entry.priority, entry.attempt)));
    }

    private int position(Entry entry) {
        return entry.state == State.READY ? readyTasks.positionOf(entry) : 0;
    }

    QueueStatus status() {
        return locked(() -> {
            List<Integer> byPriority = new ArrayList<>();
            for (int level = Submission.LOWEST_PRIORITY; level <= Submission.HIGHEST_PRIORITY; level++) {
                byPriority.add(readyTasks.sizeOf(level));
            }
            Entry oldest = readyTasks.oldest();
            return new QueueStatus(
                    readyTasks.size(), leased, delayed.size(), dead, byPriority,
                    oldest == null ? null : Duration.ofNanos(Math.max(0, nanos.getAsLong() - oldest.readySince)),
                    workersSeen.size(), paused);
        });
    }

    void pause(boolean value) {
        locked(() -> {
            paused = value;
            ready.signalAll();
            return null;
        });
    }

    /** Nothing is handed out any more. False if that was so already. */
    boolean close() {
        return locked(() -> {
            boolean first = !closed;
            closed = true;
            ready.signalAll();
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

    private void keepSubmission(Entry entry) {
        if (!dropSubmissions) {
            return;
        }
        long cost = cost(requireNonNull(entry.task));
        if (cachedCharacters + cost > CACHED_CHARACTERS) {
            entry.task = null;
        } else {
            cachedCharacters += cost;
        }
    }

    private void forgetSubmission(Entry entry) {
        if (dropSubmissions && entry.task != null) {
            cachedCharacters -= cost(entry.task);
            entry.task = null;
        }
    }

    private static long cost(Task task) {
        return 500L + task.submission().code().length() + task.submission().stdin().length();
    }

    private static long nanosBetween(Instant from, Instant to) {
        Duration between = Duration.between(from, to);
        if (between.compareTo(LONGEST_WAIT) > 0) {
            return LONGEST_WAIT.toNanos();
        }
        return between.isNegative() ? -1 : between.toNanos();
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
