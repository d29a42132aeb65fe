package dev.crucible.storage.http;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.storage.Changed;
import dev.crucible.storage.IdempotencyKey;
import dev.crucible.storage.NewEvaluation;
import dev.crucible.storage.StatusChange;
import dev.crucible.storage.TimelineEntry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The bodies between the storage service and its remote adapters: our own records, in lists. */
final class Wire {
    private Wire() {}

    record Creation(List<NewEvaluation> evaluations, @Nullable IdempotencyKey key) {
        Creation {
            evaluations = List.copyOf(requireNonNull(evaluations, "evaluations is null"));
        }
    }

    record Changes(List<StatusChange> changes) {
        Changes {
            changes = List.copyOf(requireNonNull(changes, "changes is null"));
        }
    }

    record ChangeAnswers(List<Changed> answers) {}

    record Entries(List<TimelineEntry> entries) {}

    record Ids(List<EvaluationId> ids) {}

    record Deletion(boolean found) {}

    record Ref(String ref) {}

    record TotalBytes(long bytes) {}
}
