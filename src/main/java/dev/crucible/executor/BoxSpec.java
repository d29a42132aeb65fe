package dev.crucible.executor;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.evaluation.Isolation;
import dev.crucible.kernel.evaluation.Limits;

/**
 * What a box must be.
 *
 * @param name unique while the box lives, safe in paths and container names
 * @param isolation whether a box that served others before will do
 * @param ours whether it is for a program of the platform itself, which says nothing about what users will ask for
 */
public record BoxSpec(String name, Language language, Limits limits, Isolation isolation, boolean ours) {
    public BoxSpec {
        requireNonNull(name, "name is null");
        requireNonNull(language, "language is null");
        requireNonNull(limits, "limits is null");
        requireNonNull(isolation, "isolation is null");
    }

    /** For a user's program. */
    public BoxSpec(String name, Language language, Limits limits, Isolation isolation) {
        this(name, language, limits, isolation, false);
    }
}
