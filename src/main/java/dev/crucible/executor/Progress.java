package dev.crucible.executor;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A step of an execution. The arrays are not copied.
 *
 * @param stdout the bytes after the asked offset, possibly none
 * @param stderr likewise
 * @param result how it ended, or null while there is more to come
 */
public record Progress(ExecutionPhase phase, byte[] stdout, byte[] stderr, @Nullable RunResult result) {
    public Progress {
        requireNonNull(phase, "phase is null");
        requireNonNull(stdout, "stdout is null");
        requireNonNull(stderr, "stderr is null");
    }
}
