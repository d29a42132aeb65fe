package dev.crucible.storage;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.db.Database;
import dev.crucible.platform.db.DatabaseErrors;
import dev.crucible.platform.db.GroupCommit;
import dev.crucible.platform.db.Transaction;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keeps evaluations in PostgreSQL. Every write goes through one committer, every read through the pool. */
final class PostgresEvaluationStore implements EvaluationStore {
    private static final ErrorCode AWAY = ErrorCode.STORAGE_UNAVAILABLE;
    /** In bytes of what is written. */
    private static final GroupCommit.Bounds BOUNDS = new GroupCommit.Bounds(128L << 20, 8L << 20);

    private final Database database;
    private final InstantSource clock;
    private final GroupCommit<Write, Write.Answer> writer;

    PostgresEvaluationStore(Database database, InstantSource clock) {
        this.database = requireNonNull(database, "database is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.writer = new GroupCommit<>("storage-commit", BOUNDS, Write::weight, AWAY, this::commit);
    }

    private List<Write.Answer> commit(List<Write> writes) {
        try {
            return database.write(AWAY, transaction -> WriteBatch.run(transaction, clock.instant(), writes)).get();
        } catch (PlatformException e) {
            throw DatabaseErrors.duplicate(e)
                    ? new PlatformException(ErrorCode.ALREADY_EXISTS, "An evaluation with this id exists", e)
                    : e;
        }
    }

    @Override
    public Created create(List<NewEvaluation> batch, @Nullable IdempotencyKey key) {
        if (batch.isEmpty()) {
            throw new IllegalArgumentException("batch is empty");
        }
        Write.Answer answer;
        try {
            answer = writer.commit(new Write.Create(List.copyOf(batch), key));
        } catch (PlatformException e) {
            if (e.code() == ErrorCode.ALREADY_EXISTS && key == null) {
                return stored(batch).orElseThrow(() -> e);
            }
            throw e;
        }
        if (answer instanceof Write.Refused refused) {
            throw refused.why();
        }
        return ((Write.Stored) answer).created();
    }

    /** The answer for a batch that is stored already, or empty when it differs from what is. */
    private Optional<Created> stored(List<NewEvaluation> batch) {
        List<EvaluationId> ids = new ArrayList<>();
        List<TimelineEntry> entries = new ArrayList<>();
        for (NewEvaluation asked : batch) {
            Optional<Evaluation> found = find(asked.id());
            if (found.isEmpty() || !asked.madeInto(found.get())) {
                return Optional.empty();
            }
            ids.add(asked.id());
            entries.add(timeline(asked.id()).get(0));
        }
        return Optional.of(new Created(ids, entries, true));
    }

    @Override
    public Optional<Evaluation> find(EvaluationId id) {
        return database.run(AWAY, dsl -> dsl.connectionResult(connection -> EvaluationRead.find(connection, id)));
    }

    @Override
    public EvaluationPage list(EvaluationQuery query) {
        return database.run(AWAY, dsl -> EvaluationReads.list(dsl, query));
    }

    @Override
    public List<Changed> apply(List<StatusChange> changes) {
        if (changes.isEmpty()) {
            return List.of();
        }
        Write.Apply apply = new Write.Apply(List.copyOf(changes));
        Transaction joined = database.joined();
        return ((Write.Applied) (joined == null ? writer.commit(apply) : within(joined, apply))).answers();
    }

    private Write.Answer within(Transaction joined, Write.Apply apply) {
        try {
            return WriteBatch.run(joined, clock.instant(), List.of(apply)).get().get(0);
        } catch (SQLException e) {
            throw DatabaseErrors.translate(e, AWAY);
        }
    }

    @Override
    public boolean delete(EvaluationId id) {
        Write.Answer answer = writer.commit(new Write.Delete(id));
        if (answer instanceof Write.Refused refused) {
            throw refused.why();
        }
        return ((Write.Deleted) answer).found();
    }

    @Override
    public List<TimelineEntry> timeline(EvaluationId id) {
        return database.run(AWAY, dsl -> EvaluationReads.timeline(dsl, id));
    }

    @Override
    public List<TimelineEntry> timelineAfter(long after, int limit) {
        return database.run(AWAY, dsl -> EvaluationReads.timelineAfter(dsl, after, limit));
    }

    @Override
    public List<EvaluationId> unfinished(Instant before, @Nullable EvaluationId after, int limit) {
        return database.run(AWAY, dsl -> EvaluationReads.unfinished(dsl, before, after, limit));
    }

    @Override
    public Statistics statistics(@Nullable Instant since) {
        Instant now = clock.instant();
        return database.run(AWAY, dsl -> StatisticsReads.read(dsl, since, now));
    }

    @Override
    public Duration check() {
        long start = System.nanoTime();
        database.run(AWAY, dsl -> dsl.fetchOne("select 1"));
        return Duration.ofNanos(System.nanoTime() - start);
    }

    @Override
    public void close() {
        writer.close();
    }
}
