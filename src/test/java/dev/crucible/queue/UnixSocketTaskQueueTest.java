package dev.crucible.queue;

import dev.crucible.platform.http.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;

/** The contract over a Unix socket. */
class UnixSocketTaskQueueTest extends InMemoryTaskQueueTest {
    private final Path folder = folder();
    private final QueueOverHttp http = new QueueOverHttp(WireFormat.JSON, folder.resolve("queue.sock"));

    @Override
    protected TaskQueue open(QueueConfig config, SettlementHandler handler) {
        return http.to(super.open(config, handler), time);
    }

    @Override
    protected void close() {
        http.close();
        super.close();
    }

    /** A socket's path may be no longer than about a hundred bytes, so the folder is not JUnit's. */
    private static Path folder() {
        try {
            return Files.createTempDirectory("q");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void removeFolder() throws IOException {
        Files.deleteIfExists(folder.resolve("queue.sock"));
        Files.delete(folder);
    }
}
