package dev.crucible.queue;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.platform.db.Transaction;
import dev.crucible.platform.json.Json;
import dev.crucible.queue.Journal.Change;
import dev.crucible.queue.Journal.NewTask;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Adds the journal's statements to a transaction, each for all changes of its kind that stand next to each other. */
final class JournalWrites {
    /**
     * Fails with a division by zero under another epoch, so that what goes to the server together with it is undone there
     * and needs no answer first.
     */
    private static final String REQUIRE_EPOCH = "select 1 / (epoch = ?)::int from queue.server where id = 1 for share";

    private static final String INSERT = """
            with new as materialized (
                select * from unnest(?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::integer[], ?::text[],
                                     ?::text[], ?::text[], ?::text[])
                    as t (id, seq, epoch, queued_at, not_before, priority, submitter, language, engine, body)),
            payloads as (
                insert into queue.task_payload (id, body) select id, body from new on conflict (id) do nothing)
            insert into queue.task (state, id, seq, epoch, queued_at, not_before, priority, submitter, language, engine)
            select 'queued', id, seq, epoch, timestamptz 'epoch' + queued_at * interval '1 microsecond',
                   timestamptz 'epoch' + not_before * interval '1 microsecond', priority, submitter, language, engine
            from new on conflict (id) do nothing
            """;

    private static final String CLAIM = """
            update queue.task t set state = 'leased', attempt = c.attempt, worker = c.worker, epoch = ?, leased_at = now()
            from unnest(?::text[], ?::integer[], ?::text[]) as c (id, attempt, worker) where t.id = c.id
            """;

    private static final String WISH = """
            update queue.task t set cancel_actor = w.actor
            from unnest(?::text[], ?::text[]) as w (id, actor) where t.id = w.id
            """;

    private static final String END = """
            update queue.task t set state = ?, worker = null,
                ended_at = timestamptz 'epoch' + e.at * interval '1 microsecond'
            from unnest(?::text[], ?::bigint[]) as e (id, at) where t.id = e.id
            """;

    private static final String KEEP_RESULT = """
            insert into queue.task_result (id, attempt, at, actor, worker, outcome)
            select r.id, r.attempt, timestamptz 'epoch' + r.at * interval '1 microsecond', r.actor, r.worker, r.outcome
            from unnest(?::text[], ?::integer[], ?::bigint[], ?::text[], ?::text[], ?::text[])
                as r (id, attempt, at, actor, worker, outcome)
            on conflict (id) do nothing
            """;

    private static final String GIVE_BACK = """
            update queue.task t set state = 'queued', worker = null, losses = t.losses + r.lost,
                not_before = timestamptz 'epoch' + r.not_before * interval '1 microsecond'
            from unnest(?::text[], ?::integer[], ?::bigint[]) as r (id, lost, not_before) where t.id = r.id
            """;

    private static final String NOTE_LOSS = """
            insert into queue.task_loss (id, attempt, at, error)
            select l.id, l.attempt, timestamptz 'epoch' + l.at * interval '1 microsecond', l.error
            from unnest(?::text[], ?::integer[], ?::bigint[], ?::text[]) as l (id, attempt, at, error)
            """;

    /** Nothing of these tasks needs to be kept: their results are recorded in the same transaction. */
    private static final String SETTLED = """
            with gone as (delete from queue.task where id = any (?::text[]) returning id),
                 payload as (delete from queue.task_payload where id in (select id from gone))
            delete from queue.task_loss where id in (select id from gone)
            """;

    /** Dead letters stay; everything else about a settled task goes. */
    private static final String FORGET = """
            with settled as (select unnest(?::text[]) as id),
                 gone as (delete from queue.task where id in (select id from settled) and state = 'finished'
                     returning id),
                 payload as (delete from queue.task_payload where id in (select id from gone)),
                 loss as (delete from queue.task_loss where id in (select id from gone))
            delete from queue.task_result where id in (select id from settled)
            """;

    /** One whose end is not settled yet is left to that, as any other task that has ended. */
    private static final String DISCARD = """
            with discarded as (select unnest(?::text[]) as id),
                 unsettled as (update queue.task t set state = 'finished'
                     where id in (select id from discarded) and state = 'dead'
                         and exists (select 1 from queue.task_result r where r.id = t.id)),
                 gone as (delete from queue.task t where id in (select id from discarded) and state = 'dead'
                         and not exists (select 1 from queue.task_result r where r.id = t.id)
                     returning id),
                 payload as (delete from queue.task_payload where id in (select id from gone))
            delete from queue.task_loss where id in (select id from gone)
            """;

    private final Transaction transaction;
    private final long epoch;

    JournalWrites(Transaction transaction, long epoch) {
        this.transaction = transaction;
        this.epoch = epoch;
    }

    /** Lets the transaction fail with a division by zero if this server was replaced. */
    void requireEpoch() {
        transaction.add(REQUIRE_EPOCH).value(epoch);
    }

    /** Drops the tasks of results that are recorded in the same transaction. */
    void forgetSettled(List<Settlement.Finished> results) {
        transaction.add(SETTLED).array("text", strings(results, one -> one.id().value()));
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

    /** Adds changes in their order. */
    void apply(List<Change> changes) {
        runs(changes).forEach(this::applyRun);
    }

    private void applyRun(List<Change> run) {
        Change first = run.get(0);
        if (first instanceof Change.Insert) {
            insert(run.stream().flatMap(change -> ((Change.Insert) change).tasks().stream()).toList());
        } else if (first instanceof Change.Claim) {
            claim(cast(run));
        } else if (first instanceof Change.Wish) {
            wish(cast(run));
        } else if (first instanceof Change.Finish) {
            end(run.stream().map(change -> ((Change.Finish) change).finished()).toList(), "finished");
        } else if (first instanceof Change.Return) {
            giveBack(cast(run));
        } else if (first instanceof Change.Bury) {
            List<Change.Bury> buried = cast(run);
            end(buried.stream().map(Change.Bury::finished).toList(), "dead");
            noteLosses(buried.stream()
                    .map(bury -> new Loss(
                            bury.finished().id(), bury.finished().attempt(), bury.finished().at(), bury.error()))
                    .toList());
        } else if (first instanceof Change.Discard) {
            transaction.add(DISCARD).array("text", strings(
                    run.stream().flatMap(change -> ((Change.Discard) change).ids().stream()).toList(),
                    EvaluationId::value));
        } else {
            forget(run.stream().flatMap(change -> ((Change.Forget) change).ids().stream()).toList());
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Change> List<T> cast(List<Change> run) {
        return (List<T>) run;
    }

    private void insert(List<NewTask> tasks) {
        transaction.add(INSERT)
                .array("text", strings(tasks, task -> task.task().id().value()))
                .array("int8", array(tasks, NewTask::seq))
                .array("int8", array(tasks, task -> epoch))
                .array("int8", array(tasks, task -> micros(task.queuedAt())))
                .array("int8", array(tasks, task -> micros(task.task().submission().notBefore())))
                .array("int4", tasks.stream().map(task -> task.task().submission().priority()).toArray())
                .array("text", strings(tasks, task -> task.task().submitter()))
                .array("text", strings(tasks, task -> task.task().submission().language()))
                .array("text", strings(tasks, task -> task.task().submission().engine()))
                .array("text", strings(tasks, task -> Json.text(task.task().submission())));
    }

    private void claim(List<Change.Claim> claims) {
        transaction.add(CLAIM)
                .value(epoch)
                .array("text", strings(claims, claim -> claim.id().value()))
                .array("int4", claims.stream().map(Change.Claim::attempt).toArray())
                .array("text", strings(claims, Change.Claim::workerId));
    }

    private void wish(List<Change.Wish> wishes) {
        transaction.add(WISH)
                .array("text", strings(wishes, wish -> wish.id().value()))
                .array("text", strings(wishes, Change.Wish::actor));
    }

    void end(List<Settlement.Finished> finished, String state) {
        String[] ids = strings(finished, one -> one.id().value());
        Long[] times = array(finished, one -> micros(one.at()));
        transaction.add(END).value(state).array("text", ids).array("int8", times);
        transaction.add(KEEP_RESULT)
                .array("text", ids)
                .array("int4", finished.stream().map(Settlement.Finished::attempt).toArray())
                .array("int8", times)
                .array("text", strings(finished, Settlement.Finished::actor))
                .array("text", strings(finished, Settlement.Finished::workerId))
                .array("text", strings(finished, one -> Json.text(one.outcome())));
    }

    private void giveBack(List<Change.Return> returned) {
        transaction.add(GIVE_BACK)
                .array("text", strings(returned, one -> one.id().value()))
                .array("int4", returned.stream().map(one -> one.error() == null ? 0 : 1).toArray())
                .array("int8", array(returned, one -> micros(one.notBefore())));
        noteLosses(returned.stream()
                .filter(one -> one.error() != null)
                .map(one -> new Loss(one.id(), one.attempt(), one.at(), requireNonNull(one.error())))
                .toList());
    }

    /** An attempt that ended without a result. */
    record Loss(EvaluationId id, int attempt, Instant at, String error) {}

    void noteLosses(List<Loss> losses) {
        if (!losses.isEmpty()) {
            transaction.add(NOTE_LOSS)
                    .array("text", strings(losses, loss -> loss.id().value()))
                    .array("int4", losses.stream().map(Loss::attempt).toArray())
                    .array("int8", array(losses, loss -> micros(loss.at())))
                    // PostgreSQL's text cannot hold NUL, and an error may quote anything.
                    .array("text", strings(losses, loss -> loss.error().replace('\0', '\uFFFD')));
        }
    }

    private void forget(List<EvaluationId> ids) {
        transaction.add(FORGET).array("text", strings(ids, EvaluationId::value));
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
}
