package dev.crucible.queue;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A dead letter whole.
 *
 * @param task the task as it was enqueued, or null when the journal's copy of it cannot be read
 */
public record DeadTask(DeadLetter letter, @Nullable Task task) {
    public DeadTask {
        requireNonNull(letter, "letter is null");
    }
}
