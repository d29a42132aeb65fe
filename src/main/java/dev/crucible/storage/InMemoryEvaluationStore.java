package dev.crucible.storage;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.storage.Tally.Sums;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Keeps evaluations for as long as the process lives: for tests and for embedding without a database. */
final class InMemoryEvaluationStore implements EvaluationStore {
    /** An evaluation with everything that belongs to it. */
    private static final class Entry {
        final NewEvaluation source;
        final List<TimelineEntry> timeline = new ArrayList<>();
        EvaluationRow row;
        @Nullable Outcome outcome;

        Entry(EvaluationRow row, NewEvaluation source) {
            this.row = row;
            this.source = source;
        }

        Evaluation evaluation() {
            EvaluationState state = row.state();
            return new Evaluation(
                    row.id(), row.submitter(), source.submission(), state.status(), state.attempt(), state.workerId(),
                    row.createdAt(), state.queuedAt(), state.startedAt(), state.completedAt(), outcome, "local",
                    StoredText.cleanOrNull(source.traceId()));
        }

        EvaluationSummary summary() {
            EvaluationState state = row.state();
            return new EvaluationSummary(
                    row.id(), state.status(), row.createdAt(), state.startedAt(), state.completedAt(),
                    StoredText.preview(source.submission()), row.language(), row.engine(), row.priority(),
                    state.exitCode(), state.reason(), state.runtimeMillis());
        }
    }

    private record KeyName(String submitter, String key) {}

    private record KeyUse(String bodyHash, List<EvaluationId> ids) {}

    private final InstantSource clock;
    private final Map<EvaluationId, Entry> byId = new HashMap<>();
    private final NavigableMap<Long, Entry> bySeq = new TreeMap<>();
    private final NavigableMap<Long, TimelineEntry> timeline = new TreeMap<>();
    private final Map<KeyName, KeyUse> keys = new HashMap<>();
    private long lastPosition;

    InMemoryEvaluationStore(InstantSource clock) {
        this.clock = requireNonNull(clock, "clock is null");
    }

    @Override
    public synchronized Created create(List<NewEvaluation> batch, @Nullable IdempotencyKey key) {
        if (batch.isEmpty()) {
            throw new IllegalArgumentException("batch is empty");
        }
        KeyUse use = key == null ? null : keys.get(new KeyName(key.submitter(), key.key()));
        if (use != null) {
            if (!use.bodyHash().equals(key.bodyHash())) {
                throw IdempotencyKey.conflict();
            }
            return new Created(use.ids(), List.of(), true);
        }
        List<EvaluationId> ids = batch.stream().map(NewEvaluation::id).toList();
        if (key == null && batch.stream().allMatch(this::stored)) {
            return new Created(ids, ids.stream().map(id -> timeline(id).get(0)).toList(), true);
        }
        if (ids.stream().anyMatch(byId::containsKey) || ids.stream().distinct().count() < ids.size()) {
            throw new PlatformException(ErrorCode.ALREADY_EXISTS, "An evaluation with this id exists");
        }
        if (key != null) {
            keys.put(new KeyName(key.submitter(), key.key()), new KeyUse(key.bodyHash(), ids));
        }
        return new Created(ids, batch.stream().map(this::add).toList(), false);
    }

    private boolean stored(NewEvaluation asked) {
        Entry entry = byId.get(asked.id());
        return entry != null && asked.madeInto(entry.evaluation());
    }

    private TimelineEntry add(NewEvaluation made) {
        EvaluationRow row = EvaluationRow.created(++lastPosition, made);
        Entry entry = new Entry(row, made);
        byId.put(row.id(), entry);
        bySeq.put(row.seq(), entry);
        return append(entry, row.firstEntry());
    }

    private TimelineEntry append(Entry entry, TimelineEntry line) {
        entry.timeline.add(line);
        timeline.put(line.position(), line);
        return line;
    }

    @Override
    public synchronized Optional<Evaluation> find(EvaluationId id) {
        return Optional.ofNullable(byId.get(id)).map(Entry::evaluation);
    }

    @Override
    public synchronized EvaluationPage list(EvaluationQuery query) {
        List<Entry> found = bySeq.headMap(Cursors.seq(query.cursor()), false).descendingMap().values().stream()
                .filter(entry -> matches(query, entry))
                .skip(query.offset())
                .limit(query.limit() + 1L)
                .toList();
        boolean more = found.size() > query.limit();
        return new EvaluationPage(
                found.stream().limit(query.limit()).map(Entry::summary).toList(),
                more ? Cursors.of(found.get(query.limit() - 1).row.seq()) : null);
    }

    private static boolean matches(EvaluationQuery query, Entry entry) {
        EvaluationRow row = entry.row;
        return (query.statuses().isEmpty() || query.statuses().contains(row.state().status()))
                && (query.language() == null || query.language().equals(row.language()))
                && (query.engine() == null || query.engine().equals(row.engine()))
                && (query.priority() == null || query.priority() == row.priority())
                && (query.submitter() == null || query.submitter().equals(row.submitter()))
                && (query.since() == null || !row.createdAt().isBefore(query.since()))
                && (query.until() == null || row.createdAt().isBefore(query.until()))
                && entry.source.submission().tags().entrySet().containsAll(query.tags().entrySet())
                && (query.text() == null || hasText(entry, query.text()));
    }

    private static boolean hasText(Entry entry, String text) {
        String wanted = StoredText.clean(text).toLowerCase(Locale.ROOT);
        return Stream.of(StoredText.preview(entry.source.submission()), entry.row.id().value())
                .anyMatch(kept -> kept.toLowerCase(Locale.ROOT).contains(wanted));
    }

    @Override
    public synchronized List<Changed> apply(List<StatusChange> changes) {
        return changes.stream().map(this::apply).toList();
    }

    private Changed apply(StatusChange change) {
        Entry entry = byId.get(change.id());
        if (entry == null) {
            return new Changed(null, null);
        }
        EvaluationRow row = entry.row;
        Optional<EvaluationState> next = row.state().after(change);
        if (next.isEmpty()) {
            TimelineEntry newest = entry.timeline.get(entry.timeline.size() - 1);
            return new Changed(EvaluationRow.same(change, newest) ? newest : null, row.state().status());
        }
        entry.row = row.with(next.get());
        entry.outcome = change.outcome();
        return new Changed(append(entry, row.entry(++lastPosition, next.get(), change)), next.get().status());
    }

    @Override
    public synchronized boolean delete(EvaluationId id) {
        Entry entry = byId.get(id);
        if (entry == null) {
            return false;
        }
        entry.row.state().requireTerminal();
        byId.remove(id);
        bySeq.remove(entry.row.seq());
        entry.timeline.forEach(line -> timeline.remove(line.position()));
        return true;
    }

    @Override
    public synchronized List<TimelineEntry> timeline(EvaluationId id) {
        Entry entry = byId.get(id);
        return entry == null ? List.of() : List.copyOf(entry.timeline);
    }

    @Override
    public synchronized List<TimelineEntry> timelineAfter(long after, int limit) {
        return timeline.tailMap(after, false).values().stream().limit(limit).toList();
    }

    @Override
    public synchronized List<EvaluationId> unfinished(Instant before, @Nullable EvaluationId after, int limit) {
        return byId.values().stream()
                .map(entry -> entry.row)
                .filter(row -> !row.state().status().terminal() && row.createdAt().isBefore(before))
                .map(EvaluationRow::id)
                .filter(id -> after == null || id.compareTo(after) > 0)
                .sorted()
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized Statistics statistics(@Nullable Instant since) {
        Instant dayAgo = clock.instant().minus(Duration.ofDays(1));
        Tally tally = new Tally();
        for (Entry entry : bySeq.values()) {
            EvaluationRow row = entry.row;
            EvaluationState state = row.state();
            if (since != null && row.createdAt().isBefore(since)) {
                continue;
            }
            tally.add(
                    row.language(), row.engine(), state.status(), state.reason(), 1,
                    state.status().terminal() ? Sums.of(state) : Sums.NONE);
            tally.addHour(row.createdAt().atOffset(ZoneOffset.UTC).getHour(), 1);
            tally.addLast24h(row.createdAt().isBefore(dayAgo) ? 0 : 1);
            if (state.runtimeMillis() != null) {
                tally.addRuntimes(RuntimeBuckets.of(state.runtimeMillis()), 1);
            }
        }
        return tally.statistics();
    }

    @Override
    public Duration check() {
        return Duration.ZERO;
    }
}
