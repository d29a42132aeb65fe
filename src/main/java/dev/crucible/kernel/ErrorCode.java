package dev.crucible.kernel;

import java.util.Locale;

/**
 * Every way a request can fail, once. The wire name ({@link #code()}) is stable: clients may switch on it.
 */
public enum ErrorCode {
    VALIDATION(422, false, "The request is not valid"),
    ENGINE_UNAVAILABLE(422, false, "The engine is not available here"),
    IDEMPOTENCY_CONFLICT(409, false, "The idempotency key was used for another request"),
    LIMIT_EXCEEDED(400, false, "A limit exceeds what this host allows"),
    BAD_REQUEST(400, false, "The request cannot be read"),
    BODY_TOO_LARGE(413, false, "The body is too large"),
    UNSUPPORTED_MEDIA_TYPE(415, false, "The content type is not supported"),
    RANGE_NOT_SATISFIABLE(416, false, "The range is outside the content"),
    NOT_FOUND(404, false, "Not found"),
    METHOD_NOT_ALLOWED(405, false, "The method is not allowed here"),
    STATE_CONFLICT(409, false, "The state does not allow this"),
    ALREADY_EXISTS(409, false, "The id is taken"),
    LEASE_LOST(409, false, "The lease is no longer held"),
    UNAUTHENTICATED(401, false, "A valid key is needed"),
    FORBIDDEN(403, false, "The key does not allow this"),
    CROSS_ORIGIN(403, false, "Requests from another site are refused"),
    UNKNOWN_HOST(421, false, "This server does not go by that host name"),
    RATE_LIMITED(429, true, "Too many requests"),
    QUEUE_FULL(429, true, "The queue is full"),
    BAD_GATEWAY(502, true, "A module answered badly"),
    STOPPING(503, true, "The server is stopping"),
    QUEUE_DRAINING(503, true, "The queue is being drained"),
    NO_ENGINE(503, true, "No engine can run code here"),
    STORAGE_UNAVAILABLE(503, true, "The storage cannot be reached"),
    QUEUE_UNAVAILABLE(503, true, "The queue cannot be reached"),
    EXECUTOR_UNAVAILABLE(503, true, "The executor cannot be reached"),
    INTERNAL(500, true, "Something went wrong on our side");

    private final int httpStatus;
    private final boolean retryable;
    private final String title;

    ErrorCode(int httpStatus, boolean retryable, String title) {
        this.httpStatus = httpStatus;
        this.retryable = retryable;
        this.title = title;
    }

    /** The stable wire name: lower case, words joined by {@code _}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads a wire name; a name from a newer peer reads as {@link #INTERNAL}. */
    public static ErrorCode fromCode(String code) {
        for (ErrorCode known : values()) {
            if (known.code().equals(code)) {
                return known;
            }
        }
        return INTERNAL;
    }

    public int httpStatus() {
        return httpStatus;
    }

    /** Whether the same request may succeed later without a change by the caller. */
    public boolean retryable() {
        return retryable;
    }

    public String title() {
        return title;
    }
}
