package dev.crucible.app;

import dev.crucible.events.http.RemoteEventBus;
import dev.crucible.executor.CodeExecutor;
import dev.crucible.executor.http.ExecutorFleet;
import dev.crucible.executor.http.RemoteExecutor;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.http.ServiceCall;
import dev.crucible.platform.http.ServiceClient;
import dev.crucible.queue.TaskQueue;
import dev.crucible.queue.http.RemoteTaskQueue;
import dev.crucible.storage.EvaluationStore;
import dev.crucible.storage.OutputStore;
import dev.crucible.storage.http.RemoteEvaluationStore;
import dev.crucible.storage.http.RemoteOutputStore;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The modules that are in other processes, as this one sees them. */
final class Neighbours implements AutoCloseable {
    /** Processes may be started in any order; after this long something else is wrong. */
    private static final Duration GRACE = Duration.ofMinutes(2);

    private static final long PAUSE_MILLIS = 250;

    private final SplitConfig split;
    private final Deque<ServiceClient> clients = new ArrayDeque<>();
    private final @Nullable ServiceClient queue;
    private final @Nullable ServiceClient workersQueue;
    private final @Nullable ServiceClient storage;

    Neighbours(SplitConfig split) {
        this.split = split;
        this.queue = client(split.queueUrl(), split.keys().queue(), ErrorCode.QUEUE_UNAVAILABLE);
        this.workersQueue = client(split.queueUrl(), split.keys().worker(), ErrorCode.QUEUE_UNAVAILABLE);
        this.storage = client(split.storageUrl(), split.keys().storage(), ErrorCode.STORAGE_UNAVAILABLE);
    }

    private @Nullable ServiceClient client(@Nullable URI uri, @Nullable String key, ErrorCode unavailable) {
        if (uri == null) {
            return null;
        }
        ServiceClient client = new ServiceClient(split.at(uri, key), unavailable);
        clients.push(client);
        return client;
    }

    /** Waits until the storage is ready, if it is in another process. */
    void awaitStorage(Consumer<String> progress) {
        await("storage", split.storageUrl(), storage, progress);
    }

    /** Waits until the queue is ready, if it is in another process and needed here. */
    void awaitQueue(Consumer<String> progress) {
        await("queue", split.queueUrl(), queue, progress);
    }

    private static void await(String name, @Nullable URI uri, @Nullable ServiceClient client, Consumer<String> progress) {
        if (client == null || uri == null) {
            return;
        }
        long end = System.nanoTime() + GRACE.toNanos();
        boolean told = false;
        while (true) {
            try {
                client.tell(ServiceCall.get("/readyz"));
                return;
            } catch (PlatformException e) {
                if (System.nanoTime() > end) {
                    throw new PlatformException(e.code(), "The " + name + " at " + uri + " was not ready within "
                            + GRACE.toSeconds() + " s: " + e.getMessage(), e);
                }
                if (!told) {
                    progress.accept("waiting for the " + name + " at " + uri);
                    told = true;
                }
                pause(e.code());
            }
        }
    }

    private static void pause(ErrorCode code) {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PlatformException(code, "It was stopped while it waited for another module.", e);
        }
    }

    /** As who submits sees it. */
    TaskQueue queue() {
        return new RemoteTaskQueue(here(queue));
    }

    /** As who takes tasks sees it: with another key. */
    TaskQueue workersQueue() {
        return new RemoteTaskQueue(here(workersQueue));
    }

    EvaluationStore store() {
        return new RemoteEvaluationStore(here(storage));
    }

    OutputStore outputs() {
        return new RemoteOutputStore(here(storage));
    }

    RemoteEventBus events() {
        return new RemoteEventBus(here(storage));
    }

    /** The workers; none is asked before it is needed. */
    CodeExecutor executors(InstantSource clock) {
        List<CodeExecutor> all = new ArrayList<>();
        for (URI uri : split.executorUrls()) {
            all.add(new RemoteExecutor(here(client(uri, split.keys().executor(), ErrorCode.EXECUTOR_UNAVAILABLE))));
        }
        return new ExecutorFleet(all);
    }

    private static ServiceClient here(@Nullable ServiceClient client) {
        if (client == null) {
            throw new IllegalStateException("the module is in this process, or nobody said where it is");
        }
        return client;
    }

    @Override
    public void close() {
        while (!clients.isEmpty()) {
            clients.pop().close();
        }
    }
}
