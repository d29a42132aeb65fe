package dev.crucible.platform.http;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.net.URI;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps other web sites from using a visitor's browser against a server that trusts its own machine: no request that
 * changes something, and no WebSocket, from a page of another origin; and no request at all under a host name that is
 * not ours, which is how DNS rebinding makes another site look like this one.
 */
final class SiteGuard {
    /** An address is not a name, so no DNS answer can have put it there. */
    private static final Pattern ADDRESS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9A-Fa-f:.%]+]");

    private static final Set<HandlerType> HARMLESS = Set.of(HandlerType.GET, HandlerType.HEAD, HandlerType.OPTIONS);

    private final Set<String> names = new HashSet<>();

    SiteGuard(String host, Set<String> hostNames) {
        names.add("localhost");
        names.add(host.toLowerCase(Locale.ROOT));
        hostNames.forEach(name -> names.add(name.toLowerCase(Locale.ROOT)));
    }

    /** @throws PlatformException {@code UNKNOWN_HOST} or {@code CROSS_ORIGIN} */
    void check(Context ctx) {
        String host = ctx.header("Host");
        if (host != null && !ours(host)) {
            throw new PlatformException(ErrorCode.UNKNOWN_HOST,
                    "The Host header names another server. Use localhost, the server's address, or a name it was configured with.");
        }
        if (!HARMLESS.contains(ctx.method()) || "websocket".equalsIgnoreCase(ctx.header("Upgrade"))) {
            checkOrigin(ctx, host);
        }
    }

    private static void checkOrigin(Context ctx, @Nullable String host) {
        String origin = ctx.header("Origin");
        String site = ctx.header("Sec-Fetch-Site");
        boolean foreign = origin != null
                ? !origin.toLowerCase(Locale.ROOT).matches("https?://.+") || !authority(origin).equalsIgnoreCase(host)
                : site != null && !site.equals("same-origin") && !site.equals("none");
        if (foreign) {
            throw new PlatformException(ErrorCode.CROSS_ORIGIN,
                    "A page of another site may not do this. Call the server from its own page, or without a browser.");
        }
    }

    private boolean ours(String host) {
        String name = host.toLowerCase(Locale.ROOT).replaceFirst(":\\d{1,5}$", "");
        return names.contains(name) || name.endsWith(".localhost") || ADDRESS.matcher(name).matches();
    }

    private static String authority(String origin) {
        try {
            String authority = URI.create(origin).getRawAuthority();
            return authority == null ? "" : authority;
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
