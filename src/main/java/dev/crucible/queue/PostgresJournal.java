package dev.crucible.queue;

import static java.util.Objects.requireNonNull;
import static org.jooq.impl.DSL.val;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.platform.db.Database;
import dev.crucible.platform.db.GroupCommit;
import dev.crucible.platform.json.Json;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

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

    private final Database database;
    private final InstantSource clock;
    private final ServerLock serverLock;
    private final GroupCommit<Change, Void> commits;
    private volatile long epoch;

    PostgresJournal(Database database, InstantSource clock) {
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
        return database.transaction(ErrorCode.QUEUE_UNAVAILABLE, sql -> {
            epoch = sql.fetchSingle("update queue.server set epoch = epoch + 1 where id = 1 returning epoch")
                    .get(0, Long.class);
            Instant now = clock.instant();
            buryCrashers(sql, now);
            List<Settlement.Requeued> lost = takeBackLeased(sql, now);
            return new Restored(epoch, waiting(sql), lost, unsettled(sql), dead(sql));
        });
    }

    private void buryCrashers(DSLContext sql, Instant now) {
        String error = "the server stopped " + (MAX_CRASHES + 1) + " times while it ran";
        for (Record row : sql.fetch(
                "select id, attempt, worker from queue.task where ended_at is null and state = 'leased' and crashes >= {0}",
                val(MAX_CRASHES))) {
            Settlement.Finished finished = new Settlement.Finished(
                    new EvaluationId(row.get("id", String.class)), row.get("attempt", Integer.class), now, "queue",
                    row.get("worker", String.class), Journal.gaveUp(row.get("attempt", Integer.class), error), true);
            end(sql, List.of(finished), "dead");
            noteLosses(sql, List.of(new Loss(finished.id(), finished.attempt(), now, error)));
        }
    }

    private static List<Settlement.Requeued> takeBackLeased(DSLContext sql, Instant now) {
        return sql.fetch(
                        "update queue.task set state = 'queued', worker = null, crashes = crashes + 1"
                                + " where ended_at is null and state = 'leased' returning id, attempt")
                .map(row -> new Settlement.Requeued(
                        new EvaluationId(row.get("id", String.class)), row.get("attempt", Integer.class), now,
                        "the server stopped while it ran"));
    }

    private static List<RestoredTask> waiting(DSLContext sql) {
        try (Stream<Record> rows = sql
                .resultQuery("select id, submitter, priority, engine, language, seq, queued_at, not_before, attempt, losses"
                        + " from queue.task where ended_at is null order by seq")
                .fetchSize(READ_AHEAD).fetchStream().map(row -> row)) {
            return rows.map(row -> new RestoredTask(
                            new EvaluationId(row.get("id", String.class)), row.get("submitter", String.class),
                            row.get("priority", Integer.class), row.get("engine", String.class),
                            row.get("language", String.class), row.get("seq", Long.class),
                            row.get("queued_at", Instant.class), row.get("not_before", Instant.class),
                            row.get("attempt", Integer.class), row.get("losses", Integer.class)))
                    .toList();
        }
    }

    private static List<Settlement.Finished> unsettled(DSLContext sql) {
        return sql.fetch("select r.id, r.attempt, r.at, r.actor, r.worker, r.outcome, t.state = 'dead' as buried"
                        + " from queue.task_result r join queue.task t on t.id = r.id order by r.at")
                .map(row -> new Settlement.Finished(
                        new EvaluationId(row.get("id", String.class)), row.get("attempt", Integer.class),
                        row.get("at", Instant.class), row.get("actor", String.class), row.get("worker", String.class),
                        Json.read(row.get("outcome", String.class), Outcome.class),
                        row.get("buried", Boolean.class)));
    }

    private static List<EvaluationId> dead(DSLContext sql) {
        return sql.fetch("select id from queue.task where ended_at is not null and state = 'dead'")
                .map(row -> new EvaluationId(row.get("id", String.class)));
    }

    @Override
    public CompletableFuture<Void> write(Change change) {
        return commits.submit(change);
    }

    private static long weight(Change change) {
        return change instanceof Change.Insert insert ? insert.tasks().size() : 1;
    }

    private List<Void> commit(List<Change> changes) {
        serverLock.hold();
        database.transaction(ErrorCode.QUEUE_UNAVAILABLE, sql -> {
            requireEpoch(sql);
            runs(changes).forEach(run -> apply(sql, run));
            return null;
        });
        List<Void> done = new ArrayList<>(changes.size());
        changes.forEach(change -> done.add(null));
        return done;
    }

    private void requireEpoch(DSLContext sql) {
        long current = sql.fetchSingle("select epoch from queue.server where id = 1 for share").get(0, Long.class);
        if (current != epoch) {
            throw new PlatformException(
                    ErrorCode.QUEUE_UNAVAILABLE,
                    "Another server has taken over this database; this one can write no more. Stop one of them.");
        }
    }

    /** Changes of one kind that stand next to each other; no run names an id twice, so their order is kept. */
    private static List<List<Change>> runs(List<Change> changes) {
        List<List<Change>> runs = new ArrayList<>();
        for (Change change : changes) {
            List<Change> last = runs.isEmpty() ? List.of() : runs.get(runs.size() - 1);
            if (!last.isEmpty() && last.get(0).getClass() == change.getClass()) {
                last.add(change);
            } else {
                runs.add(new ArrayList<>(List.of(change)));
            }
        }
        return runs;
    }

    private void apply(DSLContext sql, List<Change> run) {
        Change first = run.get(0);
        if (first instanceof Change.Insert) {
            insert(sql, run.stream().flatMap(change -> ((Change.Insert) change).tasks().stream()).toList());
        } else if (first instanceof Change.Claim) {
            claim(sql, cast(run));
        } else if (first instanceof Change.Finish) {
            end(sql, run.stream().map(change -> ((Change.Finish) change).finished()).toList(), "finished");
        } else if (first instanceof Change.Return) {
            giveBack(sql, cast(run));
        } else if (first instanceof Change.Bury) {
            List<Change.Bury> buried = cast(run);
            end(sql, buried.stream().map(Change.Bury::finished).toList(), "dead");
            noteLosses(sql, buried.stream()
                    .map(bury -> new Loss(
                            bury.finished().id(), bury.finished().attempt(), bury.finished().at(), bury.error()))
                    .toList());
        } else {
            forget(sql, run.stream().flatMap(change -> ((Change.Forget) change).ids().stream()).toList());
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Change> List<T> cast(List<Change> run) {
        return (List<T>) run;
    }

    private void insert(DSLContext sql, List<NewTask> tasks) {
        String[] ids = strings(tasks, task -> task.task().id().value());
        sql.execute(
                "insert into queue.task (state, id, seq, epoch, queued_at, not_before, priority, submitter, language,"
                        + " engine) select 'queued', t.id, t.seq, {0}, timestamptz 'epoch' + t.queued_at * interval '1 microsecond',"
                        + " timestamptz 'epoch' + t.not_before * interval '1 microsecond',"
                        + " t.priority, t.submitter, t.language, t.engine"
                        + " from unnest({1}, {2}, {3}, {4}, {5}, {6}, {7}, {8})"
                        + " as t(id, seq, queued_at, not_before, priority, submitter, language, engine)"
                        + " on conflict (id) do nothing",
                val(epoch), val(ids), val(array(tasks, NewTask::seq)),
                val(array(tasks, task -> micros(task.queuedAt()))),
                val(array(tasks, task -> micros(task.task().submission().notBefore()))),
                val(tasks.stream().map(task -> task.task().submission().priority()).toArray(Integer[]::new)),
                val(strings(tasks, task -> task.task().submitter())),
                val(strings(tasks, task -> task.task().submission().language())),
                val(strings(tasks, task -> task.task().submission().engine())));
        sql.execute(
                "insert into queue.task_payload (id, body) select * from unnest({0}, {1}) on conflict (id) do nothing",
                val(ids), val(strings(tasks, task -> Json.text(task.task().submission()))));
    }

    private void claim(DSLContext sql, List<Change.Claim> claims) {
        sql.execute(
                "update queue.task t set state = 'leased', attempt = c.attempt, worker = c.worker, epoch = {0},"
                        + " leased_at = now() from unnest({1}, {2}, {3}) as c(id, attempt, worker) where t.id = c.id",
                val(epoch), val(strings(claims, claim -> claim.id().value())),
                val(claims.stream().map(Change.Claim::attempt).toArray(Integer[]::new)),
                val(strings(claims, Change.Claim::workerId)));
    }

    private static void end(DSLContext sql, List<Settlement.Finished> finished, String state) {
        String[] ids = strings(finished, one -> one.id().value());
        sql.execute(
                "update queue.task set state = {0}, worker = null, ended_at = now() where id = any({1})",
                val(state), val(ids));
        sql.execute(
                "insert into queue.task_result (id, attempt, at, actor, worker, outcome)"
                        + " select r.id, r.attempt, timestamptz 'epoch' + r.at * interval '1 microsecond', r.actor,"
                        + " r.worker, r.outcome from unnest({0}, {1}, {2}, {3}, {4}, {5})"
                        + " as r(id, attempt, at, actor, worker, outcome) on conflict (id) do nothing",
                val(ids), val(finished.stream().map(Settlement.Finished::attempt).toArray(Integer[]::new)),
                val(array(finished, one -> micros(one.at()))), val(strings(finished, Settlement.Finished::actor)),
                val(strings(finished, Settlement.Finished::workerId)),
                val(strings(finished, one -> Json.text(one.outcome()))));
    }

    private static void giveBack(DSLContext sql, List<Change.Return> returned) {
        sql.execute(
                "update queue.task t set state = 'queued', worker = null, losses = t.losses + r.lost,"
                        + " not_before = timestamptz 'epoch' + r.not_before * interval '1 microsecond'"
                        + " from unnest({0}, {1}, {2}) as r(id, lost, not_before) where t.id = r.id",
                val(strings(returned, one -> one.id().value())),
                val(returned.stream().map(one -> one.error() == null ? 0 : 1).toArray(Integer[]::new)),
                val(array(returned, one -> micros(one.notBefore()))));
        noteLosses(sql, returned.stream()
                .filter(one -> one.error() != null)
                .map(one -> new Loss(one.id(), one.attempt(), one.at(), requireNonNull(one.error())))
                .toList());
    }

    private record Loss(EvaluationId id, int attempt, Instant at, String error) {}

    private static void noteLosses(DSLContext sql, List<Loss> losses) {
        if (!losses.isEmpty()) {
            sql.execute(
                    "insert into queue.task_loss (id, attempt, at, error) select l.id, l.attempt,"
                            + " timestamptz 'epoch' + l.at * interval '1 microsecond', l.error"
                            + " from unnest({0}, {1}, {2}, {3}) as l(id, attempt, at, error)",
                    val(strings(losses, loss -> loss.id().value())),
                    val(losses.stream().map(Loss::attempt).toArray(Integer[]::new)),
                    val(array(losses, loss -> micros(loss.at()))),
                    // PostgreSQL's text cannot hold NUL, and an error may quote anything.
                    val(strings(losses, loss -> loss.error().replace('\0', '\uFFFD'))));
        }
    }

    /** Dead letters stay; everything else about a settled task goes. */
    private static void forget(DSLContext sql, List<EvaluationId> ids) {
        sql.execute(
                "with gone as (delete from queue.task where id = any({0}) and state = 'finished' returning id),"
                        + " payload as (delete from queue.task_payload where id in (select id from gone)),"
                        + " loss as (delete from queue.task_loss where id in (select id from gone))"
                        + " delete from queue.task_result where id = any({0})",
                val(strings(ids, EvaluationId::value)));
    }

    @Override
    public Submission load(EvaluationId id) {
        return database.run(ErrorCode.QUEUE_UNAVAILABLE, sql -> Json.read(
                sql.fetchSingle("select body from queue.task_payload where id = {0}", val(id.value()))
                        .get(0, String.class),
                Submission.class));
    }

    @Override
    public List<DeadLetter> deadLetters(int limit) {
        return database.run(ErrorCode.QUEUE_UNAVAILABLE, sql -> {
            Map<String, Instant> dead = new LinkedHashMap<>();
            sql.fetch("select id, ended_at from queue.task where ended_at is not null and state = 'dead'"
                            + " order by ended_at desc limit {0}", val(limit))
                    .forEach(row -> dead.put(row.get("id", String.class), row.get("ended_at", Instant.class)));
            Map<String, List<DeadLetter.LostAttempt>> histories = new LinkedHashMap<>();
            dead.keySet().forEach(id -> histories.put(id, new ArrayList<>()));
            sql.fetch("select id, attempt, at, error from queue.task_loss where id = any({0}) order by position",
                            val(dead.keySet().toArray(String[]::new)))
                    .forEach(row -> histories.get(row.get("id", String.class)).add(new DeadLetter.LostAttempt(
                            row.get("attempt", Integer.class), row.get("at", Instant.class),
                            row.get("error", String.class))));
            return dead.entrySet().stream()
                    .map(letter -> new DeadLetter(
                            new EvaluationId(letter.getKey()), letter.getValue(), histories.get(letter.getKey()).size(),
                            histories.get(letter.getKey())))
                    .toList();
        });
    }

    @Override
    public boolean keepsSubmissions() {
        return true;
    }

    private static <T> String[] strings(List<T> items, Function<T, @Nullable String> value) {
        return items.stream().map(value).toArray(String[]::new);
    }

    private static <T> Long[] array(List<T> items, Function<T, @Nullable Long> value) {
        return items.stream().map(value).toArray(Long[]::new);
    }

    private static @Nullable Long micros(@Nullable Instant instant) {
        return instant == null ? null : ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    @Override
    public void close() {
        commits.close();
        serverLock.close();
    }
}
