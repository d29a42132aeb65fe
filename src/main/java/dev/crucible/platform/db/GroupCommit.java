package dev.crucible.platform.db;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.concurrent.Threads;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets concurrent writers share a transaction. One thread takes whatever waits and commits it at once; what comes
 * meanwhile is the next batch. So a lone writer waits for nobody, and many writers share the cost of a commit. Items
 * are committed in the order in which they were submitted. Thread-safe.
 *
 * <p>When a batch fails, its items are committed one by one, so that a bad item fails alone; unless it failed with the
 * code that says that the database is away, which fails all of them.
 *
 * @param <T> what callers submit
 * @param <R> what they get
 */
public final class GroupCommit<T, R> implements AutoCloseable {
    /** Commits items in one transaction. */
    @FunctionalInterface
    public interface Batch<T, R> {
        /**
         * Called by one thread at a time, and again with fewer items after it has thrown. Undoes everything when it
         * throws.
         *
         * @return one answer for each item, in the same order
         */
        List<R> commit(List<T> items);
    }

    /**
     * How much may wait and how much goes into one batch, in the unit that items are weighed in. An item that is heavier
     * than a bound is taken when it is alone.
     */
    public record Bounds(long waiting, long batch) {
        public Bounds {
            if (waiting < 1 || batch < 1) {
                throw new IllegalArgumentException("a bound is not positive");
            }
        }
    }

    private record Waiting<T, R>(T item, long weight, CompletableFuture<R> answer) {}

    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);
    private static final Duration FULL_RETRY = Duration.ofSeconds(1);

    private final String name;
    private final Bounds bounds;
    private final ToLongFunction<T> weigh;
    private final ErrorCode unavailable;
    private final Batch<T, R> batch;
    private final Thread committer;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Deque<Waiting<T, R>> queue = new ArrayDeque<>();
    private long queuedWeight;
    private boolean closed;

    /** Counts items: each weighs 1. */
    public GroupCommit(String name, Bounds bounds, ErrorCode unavailable, Batch<T, R> batch) {
        this(name, bounds, item -> 1, unavailable, batch);
    }

    /**
     * Starts its thread, named {@code name}.
     *
     * @param weigh the weight of an item, at least 1
     * @param unavailable the code for a full queue, and the one that {@code batch} throws when the database is away
     */
    public GroupCommit(
            String name, Bounds bounds, ToLongFunction<T> weigh, ErrorCode unavailable, Batch<T, R> batch) {
        this.name = requireNonNull(name, "name is null");
        this.bounds = requireNonNull(bounds, "bounds is null");
        this.weigh = requireNonNull(weigh, "weigh is null");
        this.unavailable = requireNonNull(unavailable, "unavailable is null");
        this.batch = requireNonNull(batch, "batch is null");
        this.committer = Threads.daemon(name, this::commitUntilClosed);
        committer.start();
    }

    /**
     * Hands an item over. The answer comes after its commit, from the committing thread: whoever attaches work to it
     * must not block there. A failure is a {@link PlatformException} or what the batch threw.
     *
     * @throws PlatformException {@code unavailable}, with a time to wait, when too much waits; {@code STOPPING} after
     *     {@link #close()}; nothing was taken in either case
     */
    public CompletableFuture<R> submit(T item) {
        long weight = weigh.applyAsLong(item);
        Waiting<T, R> waiting = new Waiting<>(item, weight, new CompletableFuture<>());
        lock.lock();
        try {
            if (closed) {
                throw new PlatformException(ErrorCode.STOPPING, "The server is stopping; try again when it is back");
            }
            if (!queue.isEmpty() && queuedWeight + weight > bounds.waiting()) {
                throw PlatformException.retryLater(
                        unavailable, "More writes wait than can be held; try again in a moment", FULL_RETRY);
            }
            queue.add(waiting);
            queuedWeight += weight;
            arrived.signal();
        } finally {
            lock.unlock();
        }
        return waiting.answer();
    }

    /** {@link #submit} and wait. Does not end early for an interrupt, since the outcome would not be known. */
    public R commit(T item) {
        return await(submit(item));
    }

    /** Waits for an answer and throws its failure as it was. */
    public static <R> R await(CompletableFuture<R> answer) {
        try {
            return answer.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("a commit failed", e.getCause());
        }
    }

    /** Items that wait for their commit, for metrics. */
    public int waiting() {
        lock.lock();
        try {
            return queue.size();
        } finally {
            lock.unlock();
        }
    }

    /** Takes no more, commits what it took, and ends its thread. Idempotent. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            committer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void commitUntilClosed() {
        for (List<Waiting<T, R>> taken = take(); !taken.isEmpty(); taken = take()) {
            commitTogether(taken);
        }
    }

    /** Blocks until something waits; empty when there is nothing and nothing will come. */
    private List<Waiting<T, R>> take() {
        List<Waiting<T, R>> taken = new ArrayList<>();
        lock.lock();
        try {
            while (queue.isEmpty() && !closed) {
                arrived.awaitUninterruptibly();
            }
            long weight = 0;
            while (!queue.isEmpty() && (taken.isEmpty() || weight + queue.peek().weight() <= bounds.batch())) {
                weight += queue.peek().weight();
                taken.add(queue.poll());
            }
            queuedWeight -= weight;
        } finally {
            lock.unlock();
        }
        return taken;
    }

    private void commitTogether(List<Waiting<T, R>> taken) {
        Throwable failure = tryCommit(taken);
        if (failure == null) {
            return;
        }
        if (taken.size() == 1 || away(failure)) {
            taken.forEach(waiting -> waiting.answer().completeExceptionally(failure));
            return;
        }
        LOG.atInfo().setCause(failure).addKeyValue("committer", name).addKeyValue("items", taken.size())
                .log("A batch could not be committed; its items are committed one by one");
        commitOneByOne(taken);
    }

    private void commitOneByOne(List<Waiting<T, R>> taken) {
        Throwable away = null;
        for (Waiting<T, R> waiting : taken) {
            // Each further try would wait for the same timeout.
            Throwable failure = away != null ? away : tryCommit(List.of(waiting));
            if (failure != null) {
                waiting.answer().completeExceptionally(failure);
                away = away(failure) ? failure : null;
            }
        }
    }

    /** Completes every item, or answers why none was committed. */
    private @Nullable Throwable tryCommit(List<Waiting<T, R>> taken) {
        List<R> answers;
        try {
            answers = batch.commit(taken.stream().map(Waiting::item).toList());
        } catch (Throwable e) {
            // An Error too: the callers wait for an answer, and the thread must live for the next batch.
            return e;
        }
        if (answers.size() != taken.size()) {
            return new IllegalStateException(name + " gave " + answers.size() + " answers for " + taken.size());
        }
        for (int i = 0; i < taken.size(); i++) {
            taken.get(i).answer().complete(answers.get(i));
        }
        return null;
    }

    private boolean away(Throwable failure) {
        return failure instanceof PlatformException platform && platform.code() == unavailable;
    }
}
