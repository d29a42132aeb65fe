package dev.crucible.platform.http;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where another module is, and how to speak with it.
 *
 * @param uri {@code http://host:port}, {@code https://host:port} or {@code unix:/path/of/socket}
 * @param key for {@code X-API-Key}, or null for none; a secret
 * @param tls our own certificate and the authority of theirs, or null
 */
public record ServiceAddress(URI uri, @Nullable String key, WireFormat format, @Nullable TlsFiles tls) {
    private static final Set<String> SCHEMES = Set.of("http", "https", "unix");

    public ServiceAddress {
        requireNonNull(uri, "uri is null");
        requireNonNull(format, "format is null");
        String scheme = String.valueOf(uri.getScheme());
        if (!SCHEMES.contains(scheme) || (scheme.equals("unix") ? uri.getPath() == null : uri.getHost() == null)) {
            throw new IllegalArgumentException("not http://host:port, https://host:port or unix:/path: " + uri);
        }
    }

    /** JSON, with a key or without. */
    public ServiceAddress(URI uri, @Nullable String key) {
        this(uri, key, WireFormat.JSON, null);
    }

    @Nullable Path unixSocket() {
        return "unix".equals(uri.getScheme()) ? Path.of(uri.getPath()) : null;
    }

    /** What paths are appended to. */
    String base() {
        if (unixSocket() != null) {
            return "http://localhost";
        }
        String text = uri.toString();
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "ServiceAddress[uri=" + uri + ", format=" + format + "]";
    }
}
