package dev.crucible.executor;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.evaluation.Limits;

/**
 * What a box must be.
 *
 * @param name unique while the box lives, safe in paths and container names
 */
public record BoxSpec(String name, Language language, Limits limits) {
    public BoxSpec {
        requireNonNull(name, "name is null");
        requireNonNull(language, "language is null");
        requireNonNull(limits, "limits is null");
    }
}
