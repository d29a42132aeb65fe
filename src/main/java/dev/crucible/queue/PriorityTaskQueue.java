package dev.crucible.queue;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.platform.concurrent.Threads;
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
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue: one lock around pure structures in memory, and a journal that makes every change durable before it is
 * acknowledged. The lock is never held while the journal is written.
 */
final class PriorityTaskQueue implements LocalTaskQueue {
    private static final Logger LOG = LoggerFactory.getLogger(PriorityTaskQueue.class);
    private static final long TICK_MILLIS = 50;
    private static final Duration FULL_RETRY_AFTER = Duration.ofSeconds(5);
    private static final long WORKER_SEEN_NANOS = TimeUnit.SECONDS.toNanos(60);
    /** Ended attempts whose workers may still ask again because an answer was lost. */
    private static final int REMEMBERED_ENDS = 10_000;

    /** Submissions kept in memory beside the journal, in characters of code and input. */
    private static final long CACHED_CHARACTERS = 32L << 20;

    private final QueueConfig config;
    private final Journal journal;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final Settler settler;
    private final ScheduledExecutorService ticker = Threads.scheduler("queue-clock");

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
    private int waiting;
    private int leased;
    private int dead;
    private long nextSeq = 1;
    private long epoch;
    private long cachedCharacters;
    private boolean paused;
    private boolean closed;

    PriorityTaskQueue(
            QueueConfig config, Journal journal, SettlementHandler handler, InstantSource clock, LongSupplier nanos) {
        this.config = requireNonNull(config, "config is null");
        this.journal = requireNonNull(journal, "journal is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.nanos = requireNonNull(nanos, "nanos is null");
        this.settler = new Settler(requireNonNull(handler, "handler is null"), this::settled);
        this.readyTasks = new ReadyTasks(config.agingInterval().toNanos());
        this.leases = new Leases(config.lease().toNanos(), config.lease().toNanos() / 2, nanos.getAsLong());
    }

    @Override
    public void start() {
        Journal.Restored restored = journal.open();
        lock.lock();
        try {
            epoch = restored.epoch();
            restore(restored);
        } finally {
            lock.unlock();
        }
        settler.start();
        ticker.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void restore(Journal.Restored restored) {
        long now = nanos.getAsLong();
        Instant wallNow = clock.instant();
        Map<EvaluationId, Settlement.Requeued> lost = new HashMap<>();
        restored.lost().forEach(requeued -> lost.put(requeued.id(), requeued));
        long readyBefore = Long.MIN_VALUE;
        for (Journal.RestoredTask task : restored.waiting()) {
            Entry entry = new Entry(
                    task.id(), task.submitter(), task.priority(), task.engine(), task.language(), task.seq(),
                    task.queuedAt());
            entry.attempt = task.attempt();
            entry.losses = task.losses();
            // The order of submission stands even if the wall clock was set back in between.
            entry.readySince = Math.max(readyBefore, now - Math.max(0, nanosBetween(task.queuedAt(), wallNow)));
            readyBefore = entry.readySince;
            nextSeq = Math.max(nextSeq, task.seq() + 1);
            tasks.put(entry.id, entry);
            waiting++;
            Settlement.Requeued requeued = lost.get(entry.id);
            if (requeued != null) {
                waiting--;
                entry.state = State.ENDING;
                settler.add(requeued);
            } else {
                makeWait(entry, task.notBefore(), now);
            }
        }
        for (Settlement.Finished finished : restored.unsettled()) {
            Entry entry = tasks.computeIfAbsent(
                    finished.id(), id -> new Entry(id, "", 0, "", "", 0, finished.at()));
            entry.state = State.ENDED;
            settler.add(finished);
        }
        dead = restored.dead().size();
        for (EvaluationId id : restored.dead()) {
            Entry entry = tasks.computeIfAbsent(id, unused -> new Entry(id, "", 0, "", "", 0, wallNow));
            if (entry.state != State.ENDED) {
                entry.state = State.DEAD;
            }
        }
    }

    @Override
    public Enqueued enqueue(Task task) {
        return enqueueAll(List.of(task)).get(0);
    }

    @Override
    public List<Enqueued> enqueueAll(List<Task> batch) {
        List<Journal.NewTask> inserts = new ArrayList<>(batch.size());
        List<Entry> added = new ArrayList<>(batch.size());
        Instant now = clock.instant();
        lock.lock();
        try {
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
        } finally {
            lock.unlock();
        }
        try {
            if (!inserts.isEmpty()) {
                write(new Change.Insert(inserts));
            }
        } catch (RuntimeException e) {
            abandon(added);
            throw e;
        }
        return makeWait(batch, added);
    }

    private void abandon(List<Entry> added) {
        lock.lock();
        try {
            for (Entry entry : added) {
                tasks.remove(entry.id);
                waiting--;
            }
        } finally {
            lock.unlock();
        }
    }

    private List<Enqueued> makeWait(List<Task> batch, List<Entry> added) {
        lock.lock();
        try {
            long now = nanos.getAsLong();
            for (Entry entry : added) {
                entry.readySince = now;
                makeWait(entry, requireNonNull(entry.task).submission().notBefore(), now);
                remember(entry);
            }
            List<Enqueued> answers = new ArrayList<>(batch.size());
            for (Task task : batch) {
                Entry entry = tasks.get(task.id());
                answers.add(new Enqueued(task.id(), entry == null ? 0 : position(entry)));
            }
            return answers;
        } finally {
            lock.unlock();
        }
    }

    /** Makes an entry ready, or delayed when its time has not come. It counts as waiting already. */
    private void makeWait(Entry entry, @Nullable Instant notBefore, long now) {
        long delay = notBefore == null ? 0 : nanosBetween(clock.instant(), notBefore);
        if (delay > 0) {
            entry.state = State.DELAYED;
            entry.dueAt = now + delay;
            entry.readySince = Math.max(entry.readySince, entry.attempt == 0 ? entry.dueAt : entry.readySince);
            delayed.add(entry);
        } else {
            entry.state = State.READY;
            readyTasks.add(entry);
            ready.signalAll();
        }
    }

    @Override
    public Optional<Lease> next(WorkerProfile worker, Duration wait) {
        Entry entry = take(worker, wait);
        if (entry == null) {
            return Optional.empty();
        }
        try {
            write(new Change.Claim(entry.id, entry.attempt, worker.workerId()));
            Task task = entry.task != null
                    ? entry.task : new Task(entry.id, entry.submitter, journal.load(entry.id));
            return Optional.of(grant(entry, task));
        } catch (RuntimeException e) {
            putBack(entry);
            throw e;
        }
    }

    private @Nullable Entry take(WorkerProfile worker, Duration wait) {
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

    private Lease grant(Entry entry, Task task) {
        lock.lock();
        try {
            long now = nanos.getAsLong();
            forgetSubmission(entry);
            leases.grant(entry, now);
            leased++;
            return new Lease(
                    new LeaseToken(entry.id, epoch, entry.attempt), task, config.lease(),
                    Duration.ofNanos(Math.max(0, now - entry.readySince)));
        } finally {
            lock.unlock();
        }
    }

    /** A claim that was not journaled: the task waits as if it had never been picked. */
    private void putBack(Entry entry) {
        lock.lock();
        try {
            entry.attempt--;
            entry.workerId = null;
            waiting++;
            makeWait(entry, null, nanos.getAsLong());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Extension extend(LeaseToken token) {
        lock.lock();
        try {
            Entry entry = held(token);
            leases.grant(entry, nanos.getAsLong());
            return new Extension(entry.cancelRequested, config.lease());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void complete(LeaseToken token, Outcome outcome) {
        Entry entry;
        lock.lock();
        try {
            if (token.epoch() == epoch && Integer.valueOf(token.attempt()).equals(recentlyEnded.get(token.id()))) {
                return;
            }
            entry = held(token);
            entry.state = State.ENDING;
        } finally {
            lock.unlock();
        }
        String worker = requireNonNull(entry.workerId);
        Settlement.Finished finished = new Settlement.Finished(
                entry.id, entry.attempt, clock.instant(), "worker:" + worker, worker, outcome);
        endLeased(entry, new Change.Finish(finished), finished);
    }

    @Override
    public Failed fail(LeaseToken token, String error) {
        Entry entry;
        lock.lock();
        try {
            entry = held(token);
            entry.state = State.ENDING;
        } finally {
            lock.unlock();
        }
        return lose(entry, error, Duration.ofMillis(Entry.backoffMillis(entry.losses + 1)));
    }

    /** Counts a lost attempt: the task waits again after {@code delay}, or is given up. The entry is ENDING. */
    private Failed lose(Entry entry, String error, Duration delay) {
        Instant now = clock.instant();
        if (entry.losses + 1 >= config.maxAttempts()) {
            Settlement.Finished finished = new Settlement.Finished(
                    entry.id, entry.attempt, now, "queue", entry.workerId, Journal.gaveUp(entry.attempt, error));
            endLeased(entry, new Change.Bury(finished, error), finished);
            return Failed.DEAD_LETTER;
        }
        Instant notBefore = delay.isZero() ? null : now.plus(delay);
        endLeased(
                entry, new Change.Return(entry.id, entry.attempt, now, error, notBefore),
                new Settlement.Requeued(entry.id, entry.attempt, now, error));
        return Failed.RETRYING;
    }

    @Override
    public void release(LeaseToken token, String why) {
        Entry entry;
        lock.lock();
        try {
            entry = held(token);
            entry.state = State.ENDING;
        } finally {
            lock.unlock();
        }
        Instant now = clock.instant();
        endLeased(
                entry, new Change.Return(entry.id, entry.attempt, now, null, null),
                new Settlement.Requeued(entry.id, entry.attempt, now, why));
    }

    /** Journals the end of an attempt, then has it settled. If it cannot be journaled the lease goes on. */
    private void endLeased(Entry entry, Change change, Settlement settlement) {
        try {
            write(change);
        } catch (RuntimeException e) {
            lock.lock();
            try {
                leases.grant(entry, nanos.getAsLong());
            } finally {
                lock.unlock();
            }
            throw e;
        }
        lock.lock();
        try {
            leased--;
            if (change instanceof Change.Return returned) {
                entry.losses += returned.error() == null ? 0 : 1;
                entry.dueAt = returned.notBefore() == null
                        ? 0 : nanos.getAsLong() + Math.max(0, nanosBetween(clock.instant(), returned.notBefore()));
            } else {
                entry.state = State.ENDED;
                recentlyEnded.put(entry.id, entry.attempt);
                dead += change instanceof Change.Bury ? 1 : 0;
            }
        } finally {
            lock.unlock();
        }
        settler.add(settlement);
    }

    @Override
    public CancelAnswer cancel(EvaluationId id, String actor) {
        Entry entry;
        lock.lock();
        try {
            entry = tasks.get(id);
            if (entry == null) {
                return CancelAnswer.UNKNOWN;
            }
            if (!entry.waiting()) {
                boolean held = entry.state != State.ENDED && entry.state != State.DEAD;
                entry.cancelRequested |= held;
                entry.cancelActor = actor;
                return held ? CancelAnswer.REQUESTED : CancelAnswer.UNKNOWN;
            }
            unlink(entry);
            entry.state = State.ENDING;
        } finally {
            lock.unlock();
        }
        Settlement.Finished finished = cancelled(entry, actor);
        try {
            write(new Change.Finish(finished));
        } catch (RuntimeException e) {
            lock.lock();
            try {
                waiting++;
                makeWait(entry, null, nanos.getAsLong());
            } finally {
                lock.unlock();
            }
            throw e;
        }
        end(entry);
        settler.add(finished);
        return CancelAnswer.REMOVED;
    }

    private Settlement.Finished cancelled(Entry entry, String actor) {
        return new Settlement.Finished(
                entry.id, entry.attempt, clock.instant(), actor, null,
                Outcome.notRun(Reason.CANCELLED, "It was cancelled before it ran."));
    }

    private void end(Entry entry) {
        lock.lock();
        try {
            entry.state = State.ENDED;
        } finally {
            lock.unlock();
        }
    }

    private void unlink(Entry entry) {
        waiting--;
        forgetSubmission(entry);
        if (entry.state == State.READY) {
            readyTasks.remove(entry);
        } else {
            delayed.remove(entry);
        }
    }

    /** Called by the settler: what was told has been taken. */
    private void settled(List<Settlement> settlements) {
        List<EvaluationId> over = new ArrayList<>();
        List<Entry> cancelledMeanwhile = new ArrayList<>();
        lock.lock();
        try {
            long now = nanos.getAsLong();
            for (Settlement settlement : settlements) {
                Entry entry = tasks.get(settlement.id());
                if (entry == null) {
                    continue;
                }
                if (settlement instanceof Settlement.Finished finished) {
                    over.add(entry.id);
                    if (finished.actor().equals("queue")) {
                        entry.state = State.DEAD;
                    } else {
                        tasks.remove(entry.id);
                    }
                } else if (entry.cancelRequested) {
                    cancelledMeanwhile.add(entry);
                } else {
                    waitAgain(entry, now);
                }
            }
        } finally {
            lock.unlock();
        }
        if (!over.isEmpty()) {
            journal.write(new Change.Forget(over));
        }
        cancelledMeanwhile.forEach(this::cancelReturned);
    }

    private void waitAgain(Entry entry, long now) {
        entry.workerId = null;
        waiting++;
        if (entry.dueAt > now) {
            entry.state = State.DELAYED;
            delayed.add(entry);
        } else {
            makeWait(entry, null, now);
        }
    }

    /** A task that came back from a lost attempt after its user had cancelled it does not run again. */
    private void cancelReturned(Entry entry) {
        Settlement.Finished finished = cancelled(entry, entry.cancelActor == null ? "queue" : entry.cancelActor);
        journal.write(new Change.Finish(finished)).whenComplete((done, error) -> {
            if (error == null) {
                end(entry);
                settler.add(finished);
            } else {
                lock.lock();
                try {
                    waitAgain(entry, nanos.getAsLong());
                } finally {
                    lock.unlock();
                }
            }
        });
    }

    /** Promotes what is due and takes back what its worker lost. Package-private for tests that move time by hand. */
    void tick() {
        List<Entry> expired;
        lock.lock();
        try {
            long now = nanos.getAsLong();
            promoteDue(now);
            expired = leases.expired(now);
            expired.forEach(entry -> entry.state = State.ENDING);
            workersSeen.values().removeIf(seen -> now - seen > WORKER_SEEN_NANOS);
        } finally {
            lock.unlock();
        }
        for (Entry entry : expired) {
            LOG.atWarn().addKeyValue("eval_id", entry.id).addKeyValue("worker", entry.workerId)
                    .addKeyValue("attempt", entry.attempt)
                    .log("A lease ran out; the task goes to another worker or, after its last attempt, to the dead letters");
            try {
                lose(entry, "the worker " + entry.workerId + " stopped answering", Duration.ZERO);
            } catch (RuntimeException e) {
                LOG.atWarn().setCause(e).addKeyValue("eval_id", entry.id)
                        .log("A lost lease could not be journaled; it is tried again when it runs out once more");
            }
        }
    }

    private void promoteDue(long now) {
        while (!delayed.isEmpty() && delayed.peek().dueAt <= now) {
            makeWait(delayed.poll(), null, now);
        }
    }

    @Override
    public Optional<TaskView> find(EvaluationId id) {
        lock.lock();
        try {
            Entry entry = tasks.get(id);
            return entry == null
                    ? Optional.empty()
                    : Optional.of(new TaskView(
                            id, view(entry.state), position(entry), entry.queuedAt, entry.priority, entry.attempt));
        } finally {
            lock.unlock();
        }
    }

    private static TaskView.State view(State state) {
        return switch (state) {
            case ENQUEUEING, READY -> TaskView.State.QUEUED;
            case DELAYED -> TaskView.State.DELAYED;
            case CLAIMING, LEASED, ENDING -> TaskView.State.LEASED;
            case ENDED -> TaskView.State.ENDED;
            case DEAD -> TaskView.State.DEAD_LETTER;
        };
    }

    private int position(Entry entry) {
        return entry.state == State.READY ? readyTasks.positionOf(entry) : 0;
    }

    @Override
    public QueueStatus status() {
        lock.lock();
        try {
            List<Integer> byPriority = new ArrayList<>();
            for (int level = Submission.LOWEST_PRIORITY; level <= Submission.HIGHEST_PRIORITY; level++) {
                byPriority.add(readyTasks.sizeOf(level));
            }
            long now = nanos.getAsLong();
            Entry oldest = readyTasks.oldest();
            return new QueueStatus(
                    readyTasks.size(), leased, delayed.size(), dead, byPriority,
                    oldest == null ? null : Duration.ofNanos(Math.max(0, now - oldest.readySince)),
                    workersSeen.size(), paused);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void pause() {
        paused(true);
    }

    @Override
    public void resume() {
        paused(false);
    }

    private void paused(boolean value) {
        lock.lock();
        try {
            paused = value;
            ready.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<DeadLetter> deadLetters(int limit) {
        return journal.deadLetters(limit);
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

    private void remember(Entry entry) {
        if (!journal.keepsSubmissions()) {
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
        if (journal.keepsSubmissions() && entry.task != null) {
            cachedCharacters -= cost(entry.task);
            entry.task = null;
        }
    }

    private static long cost(Task task) {
        return 500L + task.submission().code().length() + task.submission().stdin().length();
    }

    private void write(Change change) {
        try {
            journal.write(change).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof PlatformException known) {
                throw known;
            }
            throw new PlatformException(ErrorCode.QUEUE_UNAVAILABLE, "The queue's journal cannot be written.", e);
        }
    }

    private static long nanosBetween(Instant from, Instant to) {
        Duration between = Duration.between(from, to);
        // Beyond a century the count would overflow; nobody waits that long.
        return between.compareTo(Duration.ofDays(36_500)) > 0
                ? Long.MAX_VALUE / 4 : between.compareTo(Duration.ofDays(-36_500)) < 0
                ? Long.MIN_VALUE / 4 : between.toNanos();
    }

    /** Hands out nothing more, settles what can be settled, and lets the journal go. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            ready.signalAll();
        } finally {
            lock.unlock();
        }
        ticker.shutdownNow();
        settler.close();
        journal.close();
    }
}
