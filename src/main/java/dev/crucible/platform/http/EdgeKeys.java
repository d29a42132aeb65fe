package dev.crucible.platform.http;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
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
    private final List<byte[]> known;

    private EdgeKeys(List<byte[]> digests, List<byte[]> known) {
        this.digests = digests;
        this.known = known;
    }

    /** Any of these; nulls and empty ones are no keys. */
    public static EdgeKeys of(Collection<@Nullable String> keys) {
        List<byte[]> digests =
                keys.stream().filter(Objects::nonNull).filter(key -> !key.isEmpty()).map(EdgeKeys::digest).toList();
        return new EdgeKeys(digests, digests);
    }

    /**
     * The same at an edge with other keys besides: who shows one of those is known and yet not let in. When these are
     * none and the others are some, nobody is.
     */
    public EdgeKeys among(EdgeKeys others) {
        List<byte[]> all = new ArrayList<>(known);
        all.addAll(others.known);
        return new EdgeKeys(digests, List.copyOf(all));
    }

    /** Routes that are open to whoever reaches them. */
    public static EdgeKeys none() {
        return new EdgeKeys(List.of(), List.of());
    }

    /** Whether there are none, so that the routes are open. */
    public boolean isEmpty() {
        return known.isEmpty();
    }

    /**
     * Lets whoever shows one of the keys pass, and everybody where there is none at all.
     *
     * @throws PlatformException {@code FORBIDDEN} for a key of the same edge that is not for this; {@code UNAUTHENTICATED}
     *     for any other, and for none
     */
    public void check(Context ctx) {
        if (known.isEmpty()) {
            return;
        }
        String shown = ctx.header(HEADER);
        boolean opens = among(digests, shown);
        boolean isKnown = among(known, shown);
        if (!opens && isKnown) {
            throw new PlatformException(ErrorCode.FORBIDDEN, digests.isEmpty()
                    ? "No key is configured that may do this."
                    : "The key in the header " + HEADER + " is for another use of this service.");
        }
        if (!opens) {
            throw new PlatformException(ErrorCode.UNAUTHENTICATED, "Send the key of this service in the header " + HEADER + ".");
        }
    }

    /** Takes as long for every key, right or wrong: digests are compared, each of them, in constant time. */
    private static boolean among(List<byte[]> digests, @Nullable String shown) {
        byte[] digest = digest(shown == null ? "" : shown);
        boolean found = false;
        for (byte[] one : digests) {
            found |= MessageDigest.isEqual(one, digest);
        }
        return found;
    }

    private static byte[] digest(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
