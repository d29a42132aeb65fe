package dev.crucible.storage;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Outcome;
import java.time.Instant;

/** An evaluation as the writer sees it: what a timeline entry and the statistics need, and the state. */
record EvaluationRow(
        long seq,
        EvaluationId id,
        String submitter,
        String language,
        String engine,
        int priority,
        Instant createdAt,
        EvaluationState state) {

    static EvaluationRow created(long seq, NewEvaluation made) {
        return new EvaluationRow(
                seq, made.id(), made.submitter(), made.submission().language(), made.submission().engine(),
                made.submission().priority(), EvaluationState.stored(made.createdAt()),
                EvaluationState.queued(made.createdAt()));
    }

    EvaluationRow with(EvaluationState newState) {
        return new EvaluationRow(seq, id, submitter, language, engine, priority, createdAt, newState);
    }

    TimelineEntry firstEntry() {
        return new TimelineEntry(
                seq, id, null, state.status(), createdAt, "user:" + submitter, 0, null, null, submitter, language,
                engine, priority, null, null);
    }

    /** The entry for a change that led from {@code this} to {@code next}. */
    TimelineEntry entry(long position, EvaluationState next, StatusChange change) {
        return new TimelineEntry(
                position, id, state.status(), next.status(), EvaluationState.stored(change.at()),
                StoredText.clean(change.actor()), change.attempt(), next.reason(),
                StoredText.cleanOrNull(change.detail()), submitter, language, engine, priority, next.exitCode(),
                next.runtimeMillis());
    }

    /** Whether {@code newest}, the last line of the timeline, is {@code change}, accepted before. */
    static boolean same(StatusChange change, TimelineEntry newest) {
        return newest.to() == change.to() && newest.attempt() == change.attempt()
                && newest.at().equals(EvaluationState.stored(change.at()))
                && newest.actor().equals(StoredText.clean(change.actor()));
    }

    /** How the evaluation ended. */
    record Ended(long seq, Outcome outcome) {}

    /** An entry together with the evaluation that it belongs to. */
    record Line(long seq, TimelineEntry entry) {}
}
