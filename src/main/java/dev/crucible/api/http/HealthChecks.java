package dev.crucible.api.http;

import dev.crucible.api.Catalog;
import dev.crucible.api.http.PlatformAnswers.ServiceHealth;
import dev.crucible.executor.CodeExecutor;
import dev.crucible.platform.concurrent.Threads;
import dev.crucible.queue.QueueStatus;
import dev.crucible.queue.TaskQueue;
import dev.crucible.storage.EvaluationStore;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks each module how it is, and does not wait long for the answer. Thread-safe. */
final class HealthChecks implements AutoCloseable {
    static final String HEALTHY = "healthy";
    static final String DEGRADED = "degraded";
    static final String UNHEALTHY = "unhealthy";
    static final String DISABLED = "disabled";

    private static final Logger LOG = LoggerFactory.getLogger(HealthChecks.class);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int THREADS = 8;

    private final TaskQueue queue;
    private final EvaluationStore store;
    private final CodeExecutor executor;
    private final Catalog catalog;
    private final ExecutorService threads = Threads.bounded("health", THREADS, 2 * THREADS);

    HealthChecks(TaskQueue queue, EvaluationStore store, CodeExecutor executor, Catalog catalog) {
        this.queue = queue;
        this.store = store;
        this.executor = executor;
        this.catalog = catalog;
    }

    /** Each service by name. */
    Map<String, ServiceHealth> services() {
        Map<String, ServiceHealth> services = new LinkedHashMap<>();
        services.put("queue", check("queue", this::queue));
        services.put("storage", check("storage", this::storage));
        services.put("executor", check("executor", this::executor));
        ServiceHealth disabled = new ServiceHealth(DISABLED, null, "It is not configured.");
        services.put("redis", disabled);
        services.put("celery", disabled);
        return services;
    }

    /** The worst that keeps it from serving decides: without queue or storage nothing works, without engines much does. */
    static String overall(Map<String, ServiceHealth> services) {
        if (is(services, "queue", UNHEALTHY) || is(services, "storage", UNHEALTHY)) {
            return UNHEALTHY;
        }
        return services.values().stream().allMatch(s -> s.status().equals(HEALTHY) || s.status().equals(DISABLED))
                ? HEALTHY
                : DEGRADED;
    }

    private static boolean is(Map<String, ServiceHealth> services, String name, String status) {
        return services.get(name).status().equals(status);
    }

    private ServiceHealth queue() {
        long start = System.nanoTime();
        QueueStatus status = queue.status();
        String waiting = (status.queued() + status.delayed()) + " waiting, " + status.processing() + " processing";
        return new ServiceHealth(HEALTHY, millis(System.nanoTime() - start), status.paused() ? waiting + ", paused" : waiting);
    }

    private ServiceHealth storage() {
        return new ServiceHealth(HEALTHY, millis(store.check().toNanos()), null);
    }

    private ServiceHealth executor() {
        long start = System.nanoTime();
        executor.capacity();
        String status = catalog.defaultEngine().isPresent() ? HEALTHY : UNHEALTHY;
        return new ServiceHealth(status, millis(System.nanoTime() - start), catalog.defaultReason());
    }

    private ServiceHealth check(String name, Callable<ServiceHealth> check) {
        try {
            return await(threads.submit(check));
        } catch (ExecutionException e) {
            LOG.atWarn().addKeyValue("service", name).setCause(e.getCause()).log("A health check failed");
            return new ServiceHealth(UNHEALTHY, null, e.getCause().getMessage());
        } catch (TimeoutException | RejectedExecutionException e) {
            return new ServiceHealth(UNHEALTHY, null, "No answer within " + PATIENCE.toSeconds() + " s.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new ServiceHealth(UNHEALTHY, null, "The check was interrupted.");
        }
    }

    private static ServiceHealth await(Future<ServiceHealth> answer)
            throws ExecutionException, InterruptedException, TimeoutException {
        try {
            return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw e;
        }
    }

    private static double millis(long nanos) {
        return nanos / 1000 / 1000.0;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
