package dev.crucible.testing;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.storage.Changed;
import dev.crucible.storage.Created;
import dev.crucible.storage.Evaluation;
import dev.crucible.storage.EvaluationPage;
import dev.crucible.storage.EvaluationQuery;
import dev.crucible.storage.EvaluationStore;
import dev.crucible.storage.EvaluationSummary;
import dev.crucible.storage.IdempotencyKey;
import dev.crucible.storage.NewEvaluation;
import dev.crucible.storage.Statistics;
import dev.crucible.storage.StatusChange;
import dev.crucible.storage.TimelineEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Records in memory, through the real state machine. */
public final class FakeStore implements EvaluationStore {
    private final Map<EvaluationId, Evaluation> records = new LinkedHashMap<>();
    private final List<TimelineEntry> timeline = new ArrayList<>();
    private final Map<String, Remembered> keys = new HashMap<>();
    private boolean reachable = true;

    private record Remembered(String bodyHash, List<EvaluationId> ids) {}

    /** From now on every call fails, or works again. */
    public synchronized void reachable(boolean now) {
        reachable = now;
    }

    public synchronized int size() {
        return records.size();
    }

    @Override
    public synchronized Created create(List<NewEvaluation> batch, @Nullable IdempotencyKey key) {
        requireReachable();
        Remembered before = key == null ? null : keys.get(key.submitter() + " " + key.key());
        if (before != null) {
            if (!before.bodyHash().equals(key.bodyHash())) {
                throw new PlatformException(
                        ErrorCode.IDEMPOTENCY_CONFLICT, "The idempotency key was used for another request.");
            }
            return new Created(before.ids(), List.of(), true);
        }
        if (batch.stream().anyMatch(each -> records.containsKey(each.id()))) {
            throw new PlatformException(ErrorCode.ALREADY_EXISTS, "The id is taken.");
        }
        List<TimelineEntry> entries = new ArrayList<>();
        for (NewEvaluation each : batch) {
            records.put(each.id(), new Evaluation(
                    each.id(), each.submitter(), each.submission(), EvaluationStatus.QUEUED, 0, null, each.createdAt(),
                    each.createdAt(), null, null, null, "local", each.traceId()));
            entries.add(entry(records.get(each.id()), null, "user:" + each.submitter(), null, each.createdAt()));
        }
        List<EvaluationId> ids = batch.stream().map(NewEvaluation::id).toList();
        if (key != null) {
            keys.put(key.submitter() + " " + key.key(), new Remembered(key.bodyHash(), ids));
        }
        return new Created(ids, entries, false);
    }

    @Override
    public synchronized Optional<Evaluation> find(EvaluationId id) {
        requireReachable();
        return Optional.ofNullable(records.get(id));
    }

    @Override
    public synchronized EvaluationPage list(EvaluationQuery query) {
        requireReachable();
        List<Evaluation> matching = new ArrayList<>(records.values().stream().filter(e -> matches(e, query)).toList());
        Collections.reverse(matching);
        int from = Math.min(matching.size(), query.cursor() == null ? query.offset() : Integer.parseInt(query.cursor()));
        int to = Math.min(matching.size(), from + query.limit());
        List<EvaluationSummary> page = matching.subList(from, to).stream().map(FakeStore::summary).toList();
        return new EvaluationPage(page, to < matching.size() ? Integer.toString(to) : null);
    }

    private static boolean matches(Evaluation e, EvaluationQuery query) {
        return (query.statuses().isEmpty() || query.statuses().contains(e.status()))
                && (query.language() == null || query.language().equals(e.submission().language()))
                && (query.engine() == null || query.engine().equals(e.submission().engine()))
                && (query.priority() == null || query.priority() == e.submission().priority())
                && e.submission().tags().entrySet().containsAll(query.tags().entrySet())
                && (query.since() == null || !e.createdAt().isBefore(query.since()))
                && (query.until() == null || e.createdAt().isBefore(query.until()))
                && (query.text() == null || e.submission().code().contains(query.text()));
    }

    private static EvaluationSummary summary(Evaluation e) {
        Outcome outcome = e.outcome();
        String code = e.submission().code();
        return new EvaluationSummary(
                e.id(), e.status(), e.createdAt(), e.startedAt(), e.completedAt(),
                code.substring(0, Math.min(200, code.length())), e.submission().language(), e.submission().engine(),
                e.submission().priority(), outcome == null ? null : outcome.exitCode(),
                outcome == null ? null : outcome.reason(), outcome == null ? null : outcome.usage().wallMillis());
    }

    @Override
    public synchronized List<Changed> apply(List<StatusChange> changes) {
        requireReachable();
        return changes.stream().map(this::apply).toList();
    }

    private Changed apply(StatusChange change) {
        Evaluation e = records.get(change.id());
        if (e == null || !e.status().next().contains(change.to()) || change.attempt() < e.attempt()) {
            return new Changed(null, e == null ? null : e.status());
        }
        Evaluation next = new Evaluation(
                e.id(), e.submitter(), e.submission(), change.to(), change.attempt(),
                change.workerId() == null ? e.workerId() : change.workerId(), e.createdAt(),
                change.to() == EvaluationStatus.QUEUED ? change.at() : e.queuedAt(),
                change.to() == EvaluationStatus.RUNNING ? change.at() : e.startedAt(),
                change.to().terminal() ? change.at() : null, change.outcome(), e.queue(), e.traceId());
        records.put(e.id(), next);
        return new Changed(entry(next, e.status(), change.actor(), change.detail(), change.at()), next.status());
    }

    private TimelineEntry entry(
            Evaluation e, @Nullable EvaluationStatus from, String actor, @Nullable String detail, Instant at) {
        Outcome outcome = e.outcome();
        TimelineEntry entry = new TimelineEntry(
                timeline.size() + 1, e.id(), from, e.status(), at, actor, e.attempt(),
                outcome == null ? null : outcome.reason(), detail, e.submitter(), e.submission().language(),
                e.submission().engine(), e.submission().priority(), outcome == null ? null : outcome.exitCode(),
                outcome == null ? null : outcome.usage().wallMillis());
        timeline.add(entry);
        return entry;
    }

    @Override
    public synchronized boolean delete(EvaluationId id) {
        requireReachable();
        Evaluation found = records.get(id);
        if (found != null && !found.status().terminal()) {
            throw new PlatformException(ErrorCode.STATE_CONFLICT, "The evaluation has not ended.");
        }
        timeline.removeIf(entry -> entry.id().equals(id));
        return records.remove(id) != null;
    }

    @Override
    public synchronized List<TimelineEntry> timeline(EvaluationId id) {
        requireReachable();
        return timeline.stream().filter(entry -> entry.id().equals(id)).toList();
    }

    @Override
    public synchronized List<TimelineEntry> timelineAfter(long after, int limit) {
        requireReachable();
        return timeline.stream().filter(entry -> entry.position() > after).limit(limit).toList();
    }

    @Override
    public synchronized List<EvaluationId> unfinished(Instant before, @Nullable EvaluationId after, int limit) {
        requireReachable();
        return records.values().stream()
                .filter(e -> !e.status().terminal() && e.createdAt().isBefore(before))
                .map(Evaluation::id)
                .sorted()
                .filter(id -> after == null || id.compareTo(after) > 0)
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized Statistics statistics(@Nullable Instant since) {
        requireReachable();
        Map<String, Long> byStatus = new HashMap<>();
        Map<String, Long> byLanguage = new HashMap<>();
        for (Evaluation e : records.values()) {
            byStatus.merge(e.status().wire(), 1L, Long::sum);
            byLanguage.merge(e.submission().language(), 1L, Long::sum);
        }
        return new Statistics(
                records.size(), byStatus, byLanguage, Map.of(), Map.of(), null, null, null, null, null, records.size(),
                null);
    }

    @Override
    public synchronized Duration check() {
        requireReachable();
        return Duration.ofNanos(1_000);
    }

    private void requireReachable() {
        if (!reachable) {
            throw new PlatformException(ErrorCode.STORAGE_UNAVAILABLE, "The storage cannot be reached.");
        }
    }
}
