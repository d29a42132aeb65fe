package dev.crucible.queue;

import dev.crucible.kernel.EvaluationId;
import java.time.Instant;
import java.util.List;

/** A task that was given up, with the error of every attempt. */
public record DeadLetter(EvaluationId id, Instant deadAt, int attempts, List<LostAttempt> history) {
    /** An attempt that did not end with a result. */
    public record LostAttempt(int attempt, Instant at, String error) {}

    public DeadLetter {
        history = List.copyOf(history);
    }
}
