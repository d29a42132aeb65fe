package dev.crucible.storage;

import static java.util.Objects.requireNonNull;

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
}
