package dev.crucible.queue;

import dev.crucible.kernel.EvaluationId;

/**
 * A task is in the queue.
 *
 * @param position tasks that would be handed out before it if nothing changed; 0 for the next one
 */
public record Enqueued(EvaluationId id, int position) {}
