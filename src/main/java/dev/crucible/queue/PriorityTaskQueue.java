package dev.crucible.queue;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.platform.concurrent.Threads;
import dev.crucible.queue.Journal.Change;
import dev.crucible.queue.Journal.Written;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue: a table in memory and a journal that makes every change durable before it is acknowledged. A change goes
 * in three steps — the table takes the task out of everybody's reach, the journal commits, the table goes on — so the
 * table's lock is never held while the journal is written.
 */
final class PriorityTaskQueue implements LocalTaskQueue {
    private static final Logger LOG = LoggerFactory.getLogger(PriorityTaskQueue.class);
    private static final long TICK_MILLIS = 50;
    private static final long FORGET_RETRY_MILLIS = 2_000;

    private final QueueConfig config;
    private final Journal journal;
    private final QueueTime time;
    private final TaskTable table;
    private final Settler settler;
    private final ScheduledExecutorService ticker = Threads.scheduler("queue-clock");

    PriorityTaskQueue(
            QueueConfig config, Journal journal, SettlementHandler handler, InstantSource clock, LongSupplier nanos) {
        this.config = requireNonNull(config, "config is null");
        this.journal = requireNonNull(journal, "journal is null");
        this.time = new QueueTime(clock, nanos);
        this.table = new TaskTable(config, journal, time);
        this.settler = new Settler(requireNonNull(handler, "handler is null"), this::settled);
    }

    @Override
    public void start() {
        Journal.Restored restored = journal.open();
        List<Entry> unwanted = table.restore(restored);
        restored.lost().forEach(settler::add);
        restored.unsettled().forEach(settler::add);
        unwanted.forEach(this::cancelReturned);
        settler.start();
        ticker.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public Enqueued enqueue(Task task) {
        return enqueueAll(List.of(task)).get(0);
    }

    @Override
    public List<Enqueued> enqueueAll(List<Task> batch) {
        Admission.Reservation reservation = table.reserve(batch);
        if (!reservation.inserts().isEmpty()) {
            write(new Change.Insert(reservation.inserts()), written -> {}, () -> table.abandon(reservation));
        }
        return table.admit(batch, reservation);
    }

    @Override
    public Optional<Lease> next(WorkerProfile worker, Duration wait) {
        for (Entry entry = table.take(worker, wait); entry != null; entry = table.take(worker, Duration.ZERO)) {
            Task task = claim(entry);
            TaskTable.Granted granted = table.grant(entry);
            if (task != null) {
                return Optional.of(new Lease(granted.token(), task, config.lease(), granted.waited()));
            }
            giveUp(table.beginEnd(granted.token()), "the queue's journal holds no copy of the task that can be read");
        }
        return Optional.empty();
    }

    /** Makes a pick durable. Answers its task, or null when that cannot be read any more. */
    private @Nullable Task claim(Entry entry) {
        try {
            CompletableFuture<Written> claimed = journal.write(
                    new Change.Claim(entry.id, entry.attempt, requireNonNull(entry.workerId)));
            // Read while the claim is committed. When this fails the journal has a claim too many, which the next
            // attempt's goes over.
            Task task = entry.task;
            if (task == null) {
                task = journal.load(entry.id)
                        .map(submission -> new Task(entry.id, entry.submitter, submission)).orElse(null);
            }
            await(claimed);
            return task;
        } catch (RuntimeException e) {
            table.putBack(entry);
            throw e;
        }
    }

    @Override
    public Extension extend(LeaseToken token) {
        return table.extend(token);
    }

    @Override
    public void complete(LeaseToken token, Outcome outcome) {
        if (table.hasEnded(token)) {
            return;
        }
        Entry entry = table.beginEnd(token);
        String worker = requireNonNull(entry.workerId);
        Settlement.Finished finished = new Settlement.Finished(
                entry.id, entry.attempt, table.reportedAt(entry), "worker:" + worker, worker, outcome, false);
        end(entry, new Change.Finish(finished), finished);
    }

    @Override
    public Failed fail(LeaseToken token, String error) {
        Entry entry = table.beginEnd(token);
        return lose(entry, error, Duration.ofMillis(Entry.backoffMillis(entry.losses + 1)));
    }

    /** Counts a lost attempt: the task waits again after {@code delay}, or is given up. */
    private Failed lose(Entry entry, String error, Duration delay) {
        if (entry.losses + 1 >= config.maxAttempts()) {
            giveUp(entry, error);
            return Failed.DEAD_LETTER;
        }
        Instant now = time.instant();
        Instant notBefore = delay.isZero() ? null : now.plus(delay);
        end(entry, new Change.Return(entry.id, entry.attempt, now, error, notBefore),
                new Settlement.Requeued(entry.id, entry.attempt, now, error));
        return Failed.RETRYING;
    }

    private void giveUp(Entry entry, String error) {
        Settlement.Finished finished = new Settlement.Finished(
                entry.id, entry.attempt, time.instant(), "queue", entry.workerId, Journal.gaveUp(entry.attempt, error),
                true);
        end(entry, new Change.Bury(finished, error, entry.task), finished);
    }

    @Override
    public void release(LeaseToken token, String why) {
        Entry entry = table.beginEnd(token);
        Instant now = time.instant();
        end(entry, new Change.Return(entry.id, entry.attempt, now, null, null),
                new Settlement.Requeued(entry.id, entry.attempt, now, why));
    }

    /** Ends an attempt. If that cannot be made durable the lease goes on, and the holder may try again. */
    private void end(Entry entry, Change change, Settlement settlement) {
        write(change, written -> {
            table.ended(entry, change);
            settle(settlement, written);
        }, () -> table.leaseAgain(entry));
    }

    /** Called on the journal's thread as soon as the change is durable: nobody who waits for the end is kept waiting. */
    private void settle(Settlement settlement, Written written) {
        if (written.told() == null) {
            settler.add(settlement);
        } else {
            table.settled(settlement);
            written.told().run();
        }
    }

    @Override
    public CancelAnswer cancel(EvaluationId id, String actor) {
        TaskTable.Cancelling cancelling = table.beginCancel(id, actor);
        Entry entry = cancelling.entry();
        if (entry != null) {
            Settlement.Finished finished = cancelled(entry, actor);
            write(new Change.Finish(finished), written -> {
                table.cancelled(entry);
                settle(finished, written);
            }, () -> table.waitAgain(entry));
        } else if (cancelling.answer() == CancelAnswer.REQUESTED) {
            write(new Change.Wish(id, actor), written -> {}, () -> {});
        }
        return cancelling.answer();
    }

    private Settlement.Finished cancelled(Entry entry, String actor) {
        return new Settlement.Finished(
                entry.id, entry.attempt, time.instant(), actor, null,
                Outcome.notRun(Reason.CANCELLED, "It was cancelled before it ran."), false);
    }

    /** Called by the settler: what was told has been taken. */
    private void settled(List<Settlement> settlements) {
        // Before the table lets them go: an id that comes again is then journaled after its old entry is gone.
        forget(settlements.stream().filter(Settlement.Finished.class::isInstance).toList());
        for (Settlement settlement : settlements) {
            Entry returning = table.settled(settlement);
            if (returning != null && returning.cancelRequested) {
                cancelReturned(returning);
            } else if (returning != null) {
                table.waitAgain(returning);
            }
        }
    }

    /**
     * What cannot be forgotten now is settled once more later, which does no harm, and forgotten then; or by the next
     * start.
     */
    private void forget(List<Settlement> over) {
        if (over.isEmpty()) {
            return;
        }
        submit(new Change.Forget(over.stream().map(Settlement::id).toList())).whenComplete((done, error) -> {
            if (error != null && !ticker.isShutdown()) {
                ticker.schedule(() -> over.forEach(settler::add), FORGET_RETRY_MILLIS, TimeUnit.MILLISECONDS);
            }
        });
    }

    /** For the settler's thread, which a journal that is full or closed must not end. */
    private CompletableFuture<Written> submit(Change change) {
        try {
            return journal.write(change);
        } catch (PlatformException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** A task that came back from a lost attempt after its user had cancelled it does not run again. */
    private void cancelReturned(Entry entry) {
        Settlement.Finished finished = cancelled(entry, entry.cancelActor == null ? "queue" : entry.cancelActor);
        submit(new Change.Finish(finished)).whenComplete((written, error) -> {
            if (error == null) {
                table.cancelled(entry);
                settle(finished, written);
            } else {
                table.waitAgain(entry);
            }
        });
    }

    /** Promotes what is due and takes back what its worker lost. Package-private for tests that move time by hand. */
    void tick() {
        for (Entry entry : table.expire()) {
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

    @Override
    public Optional<TaskView> find(EvaluationId id) {
        return table.find(id);
    }

    @Override
    public QueueStatus status() {
        return table.status();
    }

    @Override
    public void pause() {
        table.pause();
    }

    @Override
    public void drain() {
        table.drain();
    }

    @Override
    public void resume() {
        table.resume();
    }

    @Override
    public List<DeadLetter> deadLetters(int limit) {
        return journal.deadLetters(limit);
    }

    @Override
    public Optional<DeadTask> deadLetter(EvaluationId id) {
        return table.isDead(id) ? journal.deadLetter(id) : Optional.empty();
    }

    @Override
    public List<EvaluationId> discard(List<EvaluationId> ids) {
        List<EvaluationId> dead = table.dead(ids);
        if (!dead.isEmpty()) {
            write(new Change.Discard(dead), written -> {}, () -> {});
        }
        return table.discarded(dead);
    }

    /** Waits until a change is durable and gone on from; when it cannot be made so, undoes its first step and throws. */
    private void write(Change change, Consumer<Written> goOn, Runnable undo) {
        try {
            await(journal.write(change).thenAccept(goOn));
        } catch (RuntimeException e) {
            undo.run();
            throw e;
        }
    }

    private static void await(CompletableFuture<?> written) {
        try {
            written.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof PlatformException known) {
                throw known;
            }
            throw new PlatformException(ErrorCode.QUEUE_UNAVAILABLE, "The queue's journal cannot be written.", e);
        }
    }

    /** Hands out nothing more, settles what can be settled, and lets the journal go. */
    @Override
    public void close() {
        if (table.close()) {
            ticker.shutdownNow();
            settler.close();
            journal.close();
        }
    }
}
