package dev.crucible.storage;

import dev.crucible.kernel.EvaluationId;
import java.util.List;

/**
 * The answer to {@link EvaluationStore#create}.
 *
 * @param ids in the order of the batch
 * @param entries the first line of each timeline; empty when nothing was stored
 * @param replayed whether an earlier call with the same idempotency key stored them
 */
public record Created(List<EvaluationId> ids, List<TimelineEntry> entries, boolean replayed) {
    public Created {
        ids = List.copyOf(ids);
        entries = List.copyOf(entries);
    }
}
