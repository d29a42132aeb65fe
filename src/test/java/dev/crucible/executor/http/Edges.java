package dev.crucible.executor.http;

import dev.crucible.executor.CodeExecutor;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.platform.http.EdgeKeys;
import dev.crucible.platform.http.HttpServerConfig;
import dev.crucible.platform.http.ServiceAddress;
import dev.crucible.platform.http.WireFormat;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/** Executors behind HTTP, on free ports of this machine. */
final class Edges {
    static final String KEY = "the executor's key";

    private Edges() {}

    static ExecutorEdge start(CodeExecutor executor) {
        return start(executor, 0);
    }

    static ExecutorEdge start(CodeExecutor executor, int port) {
        ExecutorEdge edge = new ExecutorEdge(
                config("127.0.0.1", port), "1.0", executor, EdgeKeys.of(List.of(KEY)), limits(), InstantSource.system());
        edge.start();
        return edge;
    }

    static HttpServerConfig config(String host, int port) {
        return new HttpServerConfig(host, port, Set.of(), Duration.ofSeconds(1));
    }

    static Limits limits() {
        return new Limits(Duration.ofMinutes(15), Duration.ofMinutes(15), 1L << 30, 4000, 1L << 30, 64L << 20, 1024);
    }

    static ServiceAddress address(URI uri, WireFormat format) {
        return new ServiceAddress(uri, KEY, format, null);
    }
}
