package dev.crucible.executor.http;

import dev.crucible.executor.CodeExecutor;
import dev.crucible.executor.RunningExecution;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The executions that were begun by {@code POST /execute}, each until its client releases it. Clients die, so none is
 * kept for ever: one that has ended goes {@link #KEPT} after its end or its last reader, or sooner when more than
 * {@link #MOST_ENDED} have; one that still runs goes when its client promised to ask and has not. What others began in
 * the same executor is not touched. Thread-safe.
 */
final class Holdings {
    static final Duration KEPT = Duration.ofMinutes(10);
    static final int MOST_ENDED = 128;

    private static final Logger LOG = LoggerFactory.getLogger(Holdings.class);
    /** Longer than an executor waits for a slot. */
    private static final long BEGIN_SECONDS = 15;

    private final CodeExecutor executor;
    private final LongSupplier nanos;
    private final Map<EvaluationId, Held> all = new ConcurrentHashMap<>();

    private static final class Held {
        private final ExecuteOrder order;
        private final CompletableFuture<Void> begun = new CompletableFuture<>();
        /** The last moment at which somebody asked, or at which it was seen to run. */
        private volatile long asked;
        private volatile long ran;

        Held(ExecuteOrder order, long now) {
            this.order = order;
            this.asked = now;
            this.ran = now;
        }

        long usedAt() {
            return asked - ran > 0 ? asked : ran;
        }
    }

    Holdings(CodeExecutor executor, LongSupplier nanos) {
        this.executor = executor;
        this.nanos = nanos;
    }

    /**
     * Begins an execution, once however often the same order comes. A later attempt takes the place of an earlier one:
     * whoever sent that has lost its lease.
     *
     * @throws PlatformException as {@link CodeExecutor#execute} does
     */
    void begin(ExecuteOrder order) {
        EvaluationId id = order.request().id();
        Held held = new Held(order, nanos.getAsLong());
        for (Held other = all.putIfAbsent(id, held); other != null; other = all.putIfAbsent(id, held)) {
            if (order.repeats(other.order)) {
                await(other);
                return;
            }
            if (order.request().attempt() <= other.order.request().attempt()) {
                throw new PlatformException(ErrorCode.STATE_CONFLICT, id + " is being executed already.");
            }
            settle(other);
            drop(other, "a later attempt takes its place");
        }
        try {
            executor.execute(order.request());
            held.begun.complete(null);
        } catch (RuntimeException e) {
            all.remove(id, held);
            held.begun.completeExceptionally(e);
            throw e;
        }
        if (!all.containsKey(id)) {
            executor.release(id); // its client released it before it had begun
        }
        tidy();
    }

    /** Somebody wants to know of it. */
    void asked(EvaluationId id) {
        Held held = all.get(id);
        if (held != null) {
            held.asked = nanos.getAsLong();
        }
    }

    /** False if it was not begun here. */
    boolean release(EvaluationId id) {
        boolean ours = all.remove(id) != null;
        if (ours) {
            executor.release(id);
        }
        return ours;
    }

    int size() {
        return all.size();
    }

    /** Lets go of what nobody comes back for. */
    void tidy() {
        Set<EvaluationId> running = executor.running().stream().map(RunningExecution::id).collect(Collectors.toSet());
        long now = nanos.getAsLong();
        List<Held> ended = new ArrayList<>();
        for (Held held : all.values()) {
            if (!held.begun.isDone()) {
                continue;
            }
            if (!running.contains(held.order.request().id())) {
                ended.add(held);
            } else if (abandoned(held, now)) {
                drop(held, "its client has not asked for it while it ran");
            } else {
                held.ran = now;
            }
        }
        ended.sort(Comparator.comparingLong(held -> held.usedAt() - now));
        for (int i = 0; i < ended.size(); i++) {
            if (now - ended.get(i).usedAt() > KEPT.toNanos()) {
                drop(ended.get(i), "it ended long ago and nobody asks for it");
            } else if (i < ended.size() - MOST_ENDED) {
                drop(ended.get(i), "too many that have ended are held");
            }
        }
    }

    private static boolean abandoned(Held held, long now) {
        Duration after = held.order.abandonAfter();
        return after != null && now - held.asked > after.toNanos();
    }

    private void drop(Held held, String why) {
        EvaluationId id = held.order.request().id();
        if (all.remove(id, held)) {
            executor.release(id);
            LOG.atInfo().addKeyValue("eval_id", id).addKeyValue("attempt", held.order.request().attempt())
                    .log("An execution was let go of: {}", why);
        }
    }

    /** Waits until the same order, sent before, has been answered, and answers alike. */
    private static void await(Held other) {
        try {
            other.begun.get(BEGIN_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof PlatformException refused) {
                throw refused;
            }
            throw new PlatformException(ErrorCode.INTERNAL, "The execution could not be begun.", e);
        } catch (TimeoutException e) {
            throw PlatformException.retryLater(
                    ErrorCode.EXECUTOR_UNAVAILABLE, "The execution has not begun yet.", Duration.ofSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PlatformException(ErrorCode.STOPPING, "The server is stopping.", e);
        }
    }

    /** What has not begun yet cannot be released. */
    private static void settle(Held other) {
        try {
            await(other);
        } catch (PlatformException e) {
            if (!other.begun.isDone()) {
                throw e;
            }
        }
    }
}
