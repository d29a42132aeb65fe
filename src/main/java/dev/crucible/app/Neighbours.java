package dev.crucible.app;

import dev.crucible.events.http.RemoteEventBus;
import dev.crucible.executor.http.ExecutorFleet;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.http.ServiceAddress;
import dev.crucible.platform.http.ServiceCall;
import dev.crucible.platform.http.ServiceClient;
import dev.crucible.queue.http.RemoteTaskQueue;
import dev.crucible.storage.http.RemoteEvaluationStore;
import dev.crucible.storage.http.RemoteOutputStore;
import java.net.URI;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The modules that are in other processes, as this one sees them. */
final class Neighbours {
    /** Processes may be started in any order; after this long something else is wrong. */
    private static final Duration GRACE = Duration.ofMinutes(2);

    private static final long PAUSE_MILLIS = 250;

    private final SplitConfig split;
    private final Consumer<String> progress;

    Neighbours(SplitConfig split, Consumer<String> progress) {
        this.split = split;
        this.progress = progress;
    }

    /** Waits until the storage is ready, if it is in another process. */
    void awaitStorage() {
        await("storage", split.storageUrl(), ErrorCode.STORAGE_UNAVAILABLE);
    }

    /** Waits until the queue is ready, if it is in another process. */
    void awaitQueue() {
        await("queue", split.queueUrl(), ErrorCode.QUEUE_UNAVAILABLE);
    }

    private void await(String name, @Nullable URI uri, ErrorCode unavailable) {
        if (uri == null) {
            return;
        }
        try (ServiceClient client = new ServiceClient(split.at(uri, null), unavailable)) {
            long end = System.nanoTime() + GRACE.toNanos();
            boolean told = false;
            while (true) {
                try {
                    client.tell(ServiceCall.get("/readyz").within(Duration.ofSeconds(2)));
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
                    pause(unavailable);
                }
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
    RemoteTaskQueue queue() {
        return new RemoteTaskQueue(address(split.queueUrl(), split.keys().queue()));
    }

    /** As who takes tasks sees it: with another key. */
    RemoteTaskQueue workersQueue() {
        return new RemoteTaskQueue(address(split.queueUrl(), split.keys().worker()));
    }

    RemoteEvaluationStore store() {
        return new RemoteEvaluationStore(storage());
    }

    RemoteOutputStore outputs() {
        return new RemoteOutputStore(storage());
    }

    RemoteEventBus events() {
        return new RemoteEventBus(storage());
    }

    private ServiceAddress storage() {
        return address(split.storageUrl(), split.keys().storage());
    }

    /** The workers; none is asked before it is needed. */
    ExecutorFleet executors() {
        return new ExecutorFleet(split.executorUrls().stream().map(uri -> split.at(uri, split.keys().executor())).toList());
    }

    private ServiceAddress address(@Nullable URI uri, @Nullable String key) {
        if (uri == null) {
            throw new IllegalStateException("the module is in this process, or nobody said where it is");
        }
        return split.at(uri, key);
    }
}
