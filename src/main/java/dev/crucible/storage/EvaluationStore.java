package dev.crucible.storage;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The records of evaluations. Mirrors the storage service on port 8082. Thread-safe; every method throws
 * {@link PlatformException} {@code STORAGE_UNAVAILABLE} when the store cannot be reached.
 */
public interface EvaluationStore extends AutoCloseable {
    /**
     * Stores evaluations as queued, all of them or none, durably before it returns.
     *
     * <p>With a key, the first call stores it; a later one with the same submitter, key and body hash stores nothing
     * and returns the ids of the first. Without one, evaluations that equal stored ones are answered as stored, so that
     * a caller that lost its answer may ask again.
     *
     * @param batch at least one
     * @throws PlatformException {@code IDEMPOTENCY_CONFLICT} if the key was used for another body,
     *     {@code ALREADY_EXISTS} if an id is taken by another evaluation
     */
    Created create(List<NewEvaluation> batch, @Nullable IdempotencyKey key);

    Optional<Evaluation> find(EvaluationId id);

    /** Newest first, filtered before it is cut into pages. */
    EvaluationPage list(EvaluationQuery query);

    /**
     * Applies status changes in order, in one transaction, each through the state machine: a change is accepted if
     * {@code to} may follow the current status and its attempt is not older than the record's. A refused change
     * changes nothing and does not disturb the others. Only the evaluation lifecycle calls this.
     *
     * <p>A caller that lost its answer may ask again: a change that equals the newest line of the timeline in status,
     * attempt, actor and time is answered with that line and changes nothing.
     *
     * @return one answer for each change, in the same order
     */
    List<Changed> apply(List<StatusChange> changes);

    /**
     * Removes a terminal evaluation with its timeline; from then on it counts nowhere and its id is free. Its outputs stay
     * where they are, since another evaluation may have the same.
     *
     * @return false for an unknown id
     * @throws PlatformException {@code STATE_CONFLICT} if it is not terminal
     */
    boolean delete(EvaluationId id);

    /** Every accepted change of one evaluation, oldest first; empty for an unknown id. */
    List<TimelineEntry> timeline(EvaluationId id);

    /** Accepted changes of all evaluations with a position above {@code after}, in order of position. */
    List<TimelineEntry> timelineAfter(long after, int limit);

    /** Evaluations that are not terminal and were created before {@code before}, by id, after {@code after}. */
    List<EvaluationId> unfinished(Instant before, @Nullable EvaluationId after, int limit);

    /** Figures over the evaluations created since {@code since}, or over all for null. */
    Statistics statistics(@Nullable Instant since);

    /** Answers how long the store took to answer. */
    Duration check();

    /** Finishes what was accepted and takes no more. Idempotent. */
    @Override
    default void close() {}
}
