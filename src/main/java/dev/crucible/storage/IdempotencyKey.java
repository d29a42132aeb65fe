package dev.crucible.storage;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;

/**
 * Says that two requests are the same one.
 *
 * @param bodyHash the SHA-256 of the request's body in hex
 */
public record IdempotencyKey(String submitter, String key, String bodyHash) {
    public IdempotencyKey {
        requireNonNull(submitter, "submitter is null");
        requireNonNull(key, "key is null");
        requireNonNull(bodyHash, "bodyHash is null");
    }

    /** What is thrown when the key was used for another body. */
    static PlatformException conflict() {
        return new PlatformException(
                ErrorCode.IDEMPOTENCY_CONFLICT,
                "This Idempotency-Key was used for another request; send the same body, or a new key");
    }
}
