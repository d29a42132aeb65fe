package dev.crucible.executor.http;

import dev.crucible.executor.ExecutionRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What {@code POST /execute} asks for.
 *
 * @param token the same when a client sends the same order again because it has not heard an answer; null for a client
 *     that never does
 * @param abandonAfter its client is gone when it has not asked for so long while it ran; null for a client that need
 *     not ask
 */
record ExecuteOrder(ExecutionRequest request, @Nullable String token, @Nullable Duration abandonAfter) {
    /** Whether {@code other} is this order, sent once more. */
    boolean repeats(ExecuteOrder other) {
        return token != null && token.equals(other.token) && request.attempt() == other.request.attempt();
    }
}
