package dev.crucible.platform.http;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The keys that open some routes, shown in {@code X-API-Key}. Without any, the routes are open, which is for edges that
 * only this machine can reach. Immutable; tells nobody what a key is.
 */
public final class EdgeKeys {
    public static final String HEADER = "X-API-Key";

    private final List<byte[]> digests;

    private EdgeKeys(List<byte[]> digests) {
        this.digests = digests;
    }

    /** Any of these; nulls and empty ones are no keys. */
    public static EdgeKeys of(Collection<@Nullable String> keys) {
        return new EdgeKeys(keys.stream().filter(Objects::nonNull).filter(key -> !key.isEmpty()).map(EdgeKeys::digest).toList());
    }

    /** Routes that are open to whoever reaches them. */
    public static EdgeKeys none() {
        return new EdgeKeys(List.of());
    }

    /** Whether there are none, so that the routes are open. */
    public boolean isEmpty() {
        return digests.isEmpty();
    }

    /** @throws PlatformException {@code UNAUTHENTICATED} unless the request shows one of the keys, if there are any */
    public void check(Context ctx) {
        if (!digests.isEmpty() && !opens(ctx.header(HEADER))) {
            throw new PlatformException(ErrorCode.UNAUTHENTICATED, "Send the key of this service in the header " + HEADER + ".");
        }
    }

    /** Takes as long for every key, right or wrong: digests are compared, each of them, in constant time. */
    private boolean opens(@Nullable String shown) {
        byte[] digest = digest(shown == null ? "" : shown);
        boolean open = false;
        for (byte[] known : digests) {
            open |= MessageDigest.isEqual(known, digest);
        }
        return open;
    }

    private static byte[] digest(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
