package dev.crucible.bench;

import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.platform.http.HttpServerConfig;
import dev.crucible.platform.http.ServiceAddress;
import dev.crucible.platform.http.WireFormat;
import dev.crucible.queue.TaskQueue;
import dev.crucible.queue.http.QueueKeys;
import dev.crucible.queue.http.QueueService;
import dev.crucible.queue.http.RemoteTaskQueue;
import dev.crucible.queue.http.TaskDefaults;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;

/** A queue behind its service, on TCP and on a Unix socket. */
final class ServedQueue implements AutoCloseable {
    private static final Duration STOP_WAIT = Duration.ofSeconds(2);

    private final Path folder;
    private final QueueService service;

    ServedQueue(TaskQueue queue) throws Exception {
        folder = Files.createTempDirectory("queue-bench");
        service = new QueueService(
                new HttpServerConfig("127.0.0.1", 0, Set.of(), STOP_WAIT, socket(), null), "bench", queue, QueueKeys.NONE,
                new TaskDefaults("python", "sandbox", Limits.DEFAULTS, Limits.DEFAULTS),
                (id, stream, content) -> "none", Optional::empty, InstantSource.system());
        service.start();
    }

    private Path socket() {
        return folder.resolve("queue.sock");
    }

    RemoteTaskQueue overTcp(WireFormat format) {
        return new RemoteTaskQueue(new ServiceAddress(service.uri(), null, format, null));
    }

    RemoteTaskQueue overUnixSocket(WireFormat format) {
        return new RemoteTaskQueue(new ServiceAddress(URI.create("unix:" + socket()), null, format, null));
    }

    @Override
    public void close() throws Exception {
        service.close();
        Files.deleteIfExists(socket());
        Files.delete(folder);
    }
}
