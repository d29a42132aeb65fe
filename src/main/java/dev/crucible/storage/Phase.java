package dev.crucible.storage;

import dev.crucible.kernel.evaluation.EvaluationStatus;
import java.util.List;

/** What the index of the list knows of a status; see {@code storage.progress.phase}. */
final class Phase {
    static final List<String> UNFINISHED = List.of("queued", "active");

    private Phase() {}

    static String of(EvaluationStatus status) {
        return switch (status) {
            case PROVISIONING, RUNNING -> "active";
            case QUEUED, COMPLETED, FAILED, TIMEOUT, CANCELLED -> status.wire();
        };
    }
}
