package dev.crucible.platform.http;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One request to another module.
 *
 * @param path with its query, encoded
 * @param body one of our records, or null for none
 * @param repeatable whether sending it twice does what sending it once does, so that it may be sent again when nobody
 *     knows what became of it
 * @param patience how long the answer may take
 */
public record ServiceCall(String method, String path, @Nullable Object body, boolean repeatable, Duration patience) {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    public ServiceCall {
        requireNonNull(method, "method is null");
        requireNonNull(path, "path is null");
        requireNonNull(patience, "patience is null");
    }

    public static ServiceCall get(String path) {
        return new ServiceCall("GET", path, null, true, PATIENCE);
    }

    /** Not repeatable, unless it is made so. */
    public static ServiceCall post(String path, @Nullable Object body) {
        return new ServiceCall("POST", path, body, false, PATIENCE);
    }

    public static ServiceCall put(String path, @Nullable Object body) {
        return new ServiceCall("PUT", path, body, true, PATIENCE);
    }

    public static ServiceCall delete(String path) {
        return new ServiceCall("DELETE", path, null, true, PATIENCE);
    }

    public ServiceCall asRepeatable() {
        return new ServiceCall(method, path, body, true, patience);
    }

    /** The answer may take so long, and no longer. */
    public ServiceCall within(Duration time) {
        return new ServiceCall(method, path, body, repeatable, time);
    }

    /** The answer may be held back that much longer than usual, as a long poll is. */
    public ServiceCall waiting(Duration more) {
        return new ServiceCall(method, path, body, repeatable, patience.plus(more));
    }
}
