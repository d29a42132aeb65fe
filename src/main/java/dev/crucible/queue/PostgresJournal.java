package dev.crucible.queue;

import static java.util.Objects.requireNonNull;
import static org.jooq.impl.DSL.val;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.platform.db.Database;
import dev.crucible.platform.db.DatabaseErrors;
import dev.crucible.platform.db.GroupCommit;
import dev.crucible.platform.db.Transaction;
import dev.crucible.platform.json.Json;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Result;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal in PostgreSQL, schema {@code queue}. Changes that come at the same time share a transaction. An advisory
 * lock keeps a second server out, and every transaction checks the epoch of its server, so one that was replaced while
 * it hung cannot change anything. The hot statements take arrays: one round trip for a whole batch.
 */
final class PostgresJournal implements Journal {
    private static final int MAX_BATCH = 500;
    private static final int MAX_WAITING = 20_000;
    /**
     * Whole-server crashes that a task may be part of. Unlike a lost worker a crash of the server is rarely the task's
     * doing, so it counts apart from the attempts; but a task that takes the server down each time must end.
     */
    static final int MAX_CRASHES = 10;

    private static final int READ_AHEAD = 5_000;

    private static final Logger LOG = LoggerFactory.getLogger(PostgresJournal.class);

    private final Database database;
    private final InstantSource clock;
    private final ServerLock serverLock;
    private final GroupCommit<Change, Written> commits;
    /** Takes results in the transaction that makes them durable, or null when they are to be settled later. */
    private final @Nullable JointSettlementHandler together;

    private volatile long epoch;

    PostgresJournal(Database database, InstantSource clock) {
        this(database, clock, null);
    }

    PostgresJournal(Database database, InstantSource clock, @Nullable JointSettlementHandler together) {
        this.together = together;
        this.database = requireNonNull(database, "database is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.serverLock = new ServerLock(database);
        this.commits = new GroupCommit<>(
                "queue-journal", new GroupCommit.Bounds(MAX_WAITING, MAX_BATCH), PostgresJournal::weight,
                ErrorCode.QUEUE_UNAVAILABLE, this::commit);
    }

    @Override
    public Restored open() {
        serverLock.acquire();
        return database.write(ErrorCode.QUEUE_UNAVAILABLE, transaction -> {
            DSLContext sql = transaction.dsl();
            epoch = sql.fetchSingle("update queue.server set epoch = epoch + 1 where id = 1 returning epoch")
                    .get(0, Long.class);
            Instant now = clock.instant();
            buryCrashers(transaction, now);
            transaction.send();
            List<Settlement.Requeued> lost = takeBackLeased(sql, now);
            return new Restored(epoch, waiting(sql), lost, unsettled(sql), dead(sql));
        });
    }

    private void buryCrashers(Transaction transaction, Instant now) throws SQLException {
        JournalWrites writes = new JournalWrites(transaction, epoch);
        String error = "the server stopped " + (MAX_CRASHES + 1) + " times while it ran";
        for (Record row : transaction.dsl().fetch(
                "select id, attempt, worker from queue.task where ended_at is null and state = 'leased' and crashes >= {0}",
                val(MAX_CRASHES))) {
            Settlement.Finished finished = new Settlement.Finished(
                    new EvaluationId(row.get("id", String.class)), row.get("attempt", Integer.class), now, "queue",
                    row.get("worker", String.class), Journal.gaveUp(row.get("attempt", Integer.class), error), true);
            writes.end(List.of(finished), "dead");
            writes.noteLosses(List.of(new JournalWrites.Loss(finished.id(), finished.attempt(), now, error)));
        }
    }

    /** In their order. */
    private static List<Settlement.Requeued> takeBackLeased(DSLContext sql, Instant now) {
        return sql.fetch(
                        "with lost as (update queue.task set state = 'queued', worker = null, crashes = crashes + 1"
                                + " where ended_at is null and state = 'leased' returning id, attempt, seq)"
                                + " select id, attempt from lost order by seq")
                .map(row -> new Settlement.Requeued(
                        new EvaluationId(row.get("id", String.class)), row.get("attempt", Integer.class), now,
                        "the server stopped while it ran"));
    }

    private static List<RestoredTask> waiting(DSLContext sql) {
        try (Stream<Record> rows = sql
                .resultQuery("select id, submitter, priority, engine, language, seq, queued_at, not_before, attempt, losses,"
                        + " cancel_actor"
                        + " from queue.task where ended_at is null order by seq")
                .fetchSize(READ_AHEAD).fetchStream().map(row -> row)) {
            return rows.map(row -> new RestoredTask(
                            new EvaluationId(row.get("id", String.class)), row.get("submitter", String.class),
                            row.get("priority", Integer.class), row.get("engine", String.class),
                            row.get("language", String.class), row.get("seq", Long.class),
                            row.get("queued_at", Instant.class), row.get("not_before", Instant.class),
                            row.get("attempt", Integer.class), row.get("losses", Integer.class),
                            row.get("cancel_actor", String.class)))
                    .toList();
        }
    }

    private static List<Settlement.Finished> unsettled(DSLContext sql) {
        return sql.fetch("select r.id, r.attempt, r.at, r.actor, r.worker, r.outcome, t.state = 'dead' as buried"
                        + " from queue.task_result r join queue.task t on t.id = r.id order by r.at")
                .map(row -> new Settlement.Finished(
                        new EvaluationId(row.get("id", String.class)), row.get("attempt", Integer.class),
                        row.get("at", Instant.class), row.get("actor", String.class), row.get("worker", String.class),
                        outcome(row), row.get("buried", Boolean.class)));
    }

    /** A result that cannot be read any more is told of, and keeps no server from starting. */
    private static Outcome outcome(Record row) {
        try {
            return Json.read(row.get("outcome", String.class), Outcome.class);
        } catch (UncheckedIOException e) {
            LOG.atError().setCause(e).addKeyValue("eval_id", row.get("id", String.class))
                    .log("A result in the queue's journal cannot be read; its evaluation fails with sandbox_error");
            return Outcome.notRun(
                    Reason.SANDBOX_ERROR, "It ended, but its result in the queue's journal cannot be read any more.");
        }
    }

    private static List<EvaluationId> dead(DSLContext sql) {
        return sql.fetch("select id from queue.task where ended_at is not null and state = 'dead'")
                .map(row -> new EvaluationId(row.get("id", String.class)));
    }

    @Override
    public CompletableFuture<Written> write(Change change) {
        return commits.submit(change);
    }

    private static long weight(Change change) {
        return change instanceof Change.Insert insert ? insert.tasks().size() : 1;
    }

    private List<Written> commit(List<Change> changes) {
        serverLock.hold();
        List<Settlement.Finished> results = together == null ? List.of() : results(changes);
        if (results.isEmpty()) {
            write(changes);
            return Collections.nCopies(changes.size(), Written.JOURNALED);
        }
        try {
            return settled(changes, writeAndSettle(changes, results));
        } catch (PlatformException e) {
            if (e.code() == ErrorCode.QUEUE_UNAVAILABLE) {
                throw e;
            }
            LOG.atWarn().setCause(e).addKeyValue("results", results.size())
                    .log("Results could not be recorded together with the queue's journal; they are journaled first");
            write(changes);
            return Collections.nCopies(changes.size(), Written.JOURNALED);
        }
    }

    private static List<Settlement.Finished> results(List<Change> changes) {
        return changes.stream().filter(Change.Finish.class::isInstance)
                .map(change -> ((Change.Finish) change).finished()).toList();
    }

    private static List<Written> settled(List<Change> changes, List<Runnable> told) {
        Iterator<Runnable> next = told.iterator();
        return changes.stream()
                .map(change -> change instanceof Change.Finish ? new Written(next.next()) : Written.JOURNALED)
                .toList();
    }

    private void write(List<Change> changes) {
        inOneTransaction(transaction -> {
            new JournalWrites(transaction, epoch).apply(changes);
            return List.of();
        });
    }

    /** Instead of keeping the results until they are settled, settles them at once and forgets their tasks. */
    private List<Runnable> writeAndSettle(List<Change> changes, List<Settlement.Finished> results) {
        return inOneTransaction(transaction -> {
            List<Change> others = changes.stream().filter(change -> !(change instanceof Change.Finish)).toList();
            JournalWrites writes = new JournalWrites(transaction, epoch);
            writes.apply(others);
            writes.forgetSettled(results);
            return requireNonNull(together).settleWithin(results);
        });
    }

    private List<Runnable> inOneTransaction(Database.Work<List<Runnable>> work) {
        try {
            return database.write(ErrorCode.QUEUE_UNAVAILABLE, transaction -> {
                new JournalWrites(transaction, epoch).requireEpoch();
                return work.run(transaction);
            });
        } catch (PlatformException e) {
            throw DatabaseErrors.divisionByZero(e)
                    ? new PlatformException(
                            ErrorCode.QUEUE_UNAVAILABLE,
                            "Another server has taken over this database; this one can write no more. Stop one of them.",
                            e)
                    : e;
        }
    }

    @Override
    public Optional<Submission> load(EvaluationId id) {
        return database.run(ErrorCode.QUEUE_UNAVAILABLE, sql -> submission(sql, id));
    }

    private static Optional<Submission> submission(DSLContext sql, EvaluationId id) {
        try {
            return sql.fetchOptional("select body from queue.task_payload where id = {0}", val(id.value()))
                    .map(row -> Json.read(row.get(0, String.class), Submission.class));
        } catch (UncheckedIOException e) {
            LOG.atError().setCause(e).addKeyValue("eval_id", id).log("A task in the queue's journal cannot be read");
            return Optional.empty();
        }
    }

    @Override
    public List<DeadLetter> deadLetters(int limit) {
        return database.run(ErrorCode.QUEUE_UNAVAILABLE, sql -> letters(sql, sql.fetch(
                "select id, ended_at from queue.task where ended_at is not null and state = 'dead'"
                        + " order by ended_at desc, seq desc limit {0}", val(limit))));
    }

    @Override
    public Optional<DeadTask> deadLetter(EvaluationId id) {
        return database.run(ErrorCode.QUEUE_UNAVAILABLE, sql -> {
            Result<Record> rows = sql.fetch(
                    "select id, ended_at, submitter from queue.task where id = {0} and state = 'dead'", val(id.value()));
            return letters(sql, rows).stream().findFirst().map(letter -> new DeadTask(letter, submission(sql, id)
                    .map(submission -> new Task(id, rows.get(0).get("submitter", String.class), submission))
                    .orElse(null)));
        });
    }

    private static List<DeadLetter> letters(DSLContext sql, Result<Record> dead) {
        Map<String, List<DeadLetter.LostAttempt>> histories = new HashMap<>();
        dead.forEach(row -> histories.put(row.get("id", String.class), new ArrayList<>()));
        sql.fetch("select id, attempt, at, error from queue.task_loss where id = any({0}) order by position",
                        val(histories.keySet().toArray(String[]::new)))
                .forEach(row -> histories.get(row.get("id", String.class)).add(new DeadLetter.LostAttempt(
                        row.get("attempt", Integer.class), row.get("at", Instant.class),
                        row.get("error", String.class))));
        return dead.map(row -> {
            List<DeadLetter.LostAttempt> history = histories.get(row.get("id", String.class));
            return new DeadLetter(
                    new EvaluationId(row.get("id", String.class)), row.get("ended_at", Instant.class), history.size(),
                    history);
        });
    }

    @Override
    public int mostDeadLetters() {
        return Integer.MAX_VALUE;
    }

    @Override
    public boolean keepsSubmissions() {
        return true;
    }

    @Override
    public void close() {
        commits.close();
        serverLock.close();
    }
}
