package dev.crucible.queue;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * A task handed to a worker.
 *
 * @param expiresIn the worker must extend the lease before this long is over
 * @param waited how long the task waited for this attempt
 */
public record Lease(LeaseToken token, Task task, Duration expiresIn, Duration waited) {
    public Lease {
        requireNonNull(token, "token is null");
        requireNonNull(task, "task is null");
        requireNonNull(expiresIn, "expiresIn is null");
        requireNonNull(waited, "waited is null");
    }

    public int attempt() {
        return token.attempt();
    }
}
