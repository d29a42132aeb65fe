package dev.crucible.queue;

import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.platform.http.HttpServerConfig;
import dev.crucible.platform.http.ServiceAddress;
import dev.crucible.platform.http.WireFormat;
import dev.crucible.queue.http.QueueKeys;
import dev.crucible.queue.http.QueueService;
import dev.crucible.queue.http.RemoteTaskQueue;
import dev.crucible.queue.http.TaskDefaults;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A real service in front of a queue, and the client of it, with a key. */
final class QueueOverHttp {
    private static final String KEY = "key-of-both-ends";

    private final WireFormat format;
    private final @Nullable Path socket;
    private @Nullable QueueService service;
    private @Nullable RemoteTaskQueue remote;

    QueueOverHttp(WireFormat format, @Nullable Path socket) {
        this.format = format;
        this.socket = socket;
    }

    TaskQueue to(TaskQueue queue, InstantSource clock) {
        close();
        HttpServerConfig server = new HttpServerConfig("127.0.0.1", 0, Set.of(), Duration.ofSeconds(5), socket, null);
        service = new QueueService(
                server, "1", queue, new QueueKeys(List.of(), List.of(), List.of(KEY)),
                new TaskDefaults("python", "sandbox", Limits.DEFAULTS, Limits.DEFAULTS),
                (id, stream, content) -> "ref-" + stream.wire(), Optional::empty, clock);
        service.start();
        URI address = socket == null ? service.uri() : URI.create("unix:" + socket);
        remote = new RemoteTaskQueue(new ServiceAddress(address, KEY, format, null));
        return remote;
    }

    void close() {
        if (remote != null) {
            remote.close();
        }
        if (service != null) {
            service.close();
        }
    }
}
