package dev.crucible.kernel.evaluation;

import static java.util.Objects.requireNonNull;

/**
 * A file that a program left in its work folder and that was asked for.
 *
 * @param path below the work folder
 * @param size bytes
 * @param ref where the output store keeps it
 */
public record Artifact(String path, long size, String ref) {
    public Artifact {
        requireNonNull(path, "path is null");
        requireNonNull(ref, "ref is null");
    }
}
