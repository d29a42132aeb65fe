package dev.crucible.storage;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What changes about an evaluation, and how: the same rules for every store. */
record EvaluationState(
        EvaluationStatus status,
        int attempt,
        @Nullable String workerId,
        Instant queuedAt,
        @Nullable Instant startedAt,
        @Nullable Instant completedAt,
        @Nullable Long queueWaitMillis,
        @Nullable Reason reason,
        @Nullable Integer exitCode,
        @Nullable Integer signal,
        @Nullable Long runtimeMillis) {

    static EvaluationState queued(Instant at) {
        return new EvaluationState(
                EvaluationStatus.QUEUED, 0, null, stored(at), null, null, null, null, null, null, null);
    }

    /** As precise as every store keeps a time, so that what is answered now equals what is read later. */
    static Instant stored(Instant at) {
        return at.truncatedTo(ChronoUnit.MICROS);
    }

    /** Only what has ended may be removed. @throws PlatformException {@code STATE_CONFLICT} */
    void requireTerminal() {
        if (!status.terminal()) {
            throw new PlatformException(ErrorCode.STATE_CONFLICT,
                    "The evaluation is " + status.wire() + "; it can be deleted once it has ended. Cancel it first.");
        }
    }

    /** The state after {@code change}, or empty when it is refused. */
    Optional<EvaluationState> after(StatusChange change) {
        if (change.attempt() < attempt || !change.to().previous().contains(status)) {
            return Optional.empty();
        }
        Instant at = stored(change.at());
        boolean newAttempt = change.attempt() > attempt;
        String worker = change.workerId() != null || newAttempt ? change.workerId() : workerId;
        Instant started = newAttempt ? null : startedAt;
        return Optional.of(switch (change.to()) {
            case QUEUED -> new EvaluationState(
                    change.to(), change.attempt(), worker, at, null, null, null, null, null, null, null);
            case PROVISIONING -> new EvaluationState(
                    change.to(), change.attempt(), worker, queuedAt, null, null, waited(at), null, null, null, null);
            case RUNNING -> new EvaluationState(
                    change.to(), change.attempt(), worker, queuedAt, at, null, queueWaitMillis, null, null, null, null);
            case COMPLETED, FAILED, TIMEOUT, CANCELLED -> ended(change, at, worker, started);
        });
    }

    private EvaluationState ended(StatusChange change, Instant at, @Nullable String worker, @Nullable Instant started) {
        Outcome outcome = change.outcome();
        if (outcome == null) {
            throw new IllegalArgumentException("a terminal change has an outcome");
        }
        // Without an engine nothing ran, and there is no run time rather than one of 0.
        Long runtime = outcome.engine() == null ? null : Long.valueOf(outcome.usage().wallMillis());
        return new EvaluationState(
                change.to(), change.attempt(), worker, queuedAt, started, at, queueWaitMillis, outcome.reason(),
                outcome.exitCode(), outcome.signal(), runtime);
    }

    private Long waited(Instant at) {
        return Math.max(0, Duration.between(queuedAt, at).toMillis());
    }
}
