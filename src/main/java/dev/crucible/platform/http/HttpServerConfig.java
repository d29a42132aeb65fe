package dev.crucible.platform.http;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Settings of one HTTP edge.
 *
 * @param host the address to listen on
 * @param port 0 for any free one
 * @param hostNames names besides its address and {@code localhost} that a request's {@code Host} may carry
 * @param stopWait how long requests under way may take to finish when the server stops
 * @param unixSocket a socket file to listen on besides, or null; a file that is there is taken over
 * @param tls certificates to be served under instead of in the clear, or null
 */
public record HttpServerConfig(
        String host,
        int port,
        Set<String> hostNames,
        Duration stopWait,
        @Nullable Path unixSocket,
        @Nullable TlsFiles tls) {
    /** A request line and its headers may be this long together. */
    static final int MAX_HEADER_BYTES = 16 * 1024;

    /** A WebSocket client may say this much at once. */
    static final int MAX_MESSAGE_BYTES = 256 * 1024;

    /** Longer than the longest answer that is held back, so that an idle connection is not mistaken for a dead one. */
    static final Duration IDLE_TIMEOUT = Duration.ofSeconds(75);

    /** Threads on runtimes without virtual ones. */
    static final int THREADS = 128;

    /** Closed WebSockets and refused requests aside, no answer may take longer. */
    static final Duration ASYNC_TIMEOUT = Duration.ofSeconds(70);

    /** In the clear, on TCP alone. */
    public HttpServerConfig(String host, int port, Set<String> hostNames, Duration stopWait) {
        this(host, port, hostNames, stopWait, null, null);
    }

    public HttpServerConfig {
        requireNonNull(host, "host is null");
        hostNames = Set.copyOf(hostNames);
        requireNonNull(stopWait, "stopWait is null");
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port is not between 0 and 65535");
        }
    }
}
