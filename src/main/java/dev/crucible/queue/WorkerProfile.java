package dev.crucible.queue;

import static java.util.Objects.requireNonNull;

import java.util.Set;

/**
 * Who asks for a task and what it can run.
 *
 * @param engines empty for all
 * @param languages empty for all
 */
public record WorkerProfile(String workerId, Set<String> engines, Set<String> languages) {
    public WorkerProfile {
        requireNonNull(workerId, "workerId is null");
        engines = Set.copyOf(engines);
        languages = Set.copyOf(languages);
    }

    boolean canRun(String engine, String language) {
        return (engines.isEmpty() || engines.contains(engine)) && (languages.isEmpty() || languages.contains(language));
    }
}
