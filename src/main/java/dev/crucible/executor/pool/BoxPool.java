package dev.crucible.executor.pool;

import static java.util.Objects.requireNonNull;

import dev.crucible.executor.Box;
import dev.crucible.executor.Patience;
import dev.crucible.executor.PoolFigures;
import dev.crucible.executor.pool.PoolCounts.Cause;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Isolation;
import dev.crucible.platform.concurrent.Threads;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps boxes ready. It wants as many in all, those that serve a run included, as have served at once within the last
 * minute and one more, and makes what is missing one at a time behind everybody's back; so a box that comes back is what
 * the next run gets, and none is made while they suffice. While cold runs are asked for, some that have never served
 * wait beside them. A minute after the last run it shrinks to a few. It makes none ahead while the host is overloaded or
 * short of memory, and then keeps no more than have just been in use. Thread-safe.
 *
 * @param <S> what a box is made with and keeps: boxes of one shape can stand in for each other
 * @param <B> the boxes
 */
public final class BoxPool<S, B extends PooledBox> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BoxPool.class);
    private static final Duration ROUND = Duration.ofSeconds(10);
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(60);
    /** Then a box is made anew: with it, what an interpreter draws once for itself, such as its hash seed. */
    private static final int MOST_RUNS = 500;

    /**
     * How many boxes there may be.
     *
     * @param least that wait when nobody has asked for a while
     * @param most that are kept, those that serve a run included; 0 for a pool that is off: every run gets one of its own
     * @param reuse whether a box may serve one run after the other
     */
    public record Size(int least, int most, boolean reuse) {
        public static final Size OFF = new Size(0, 0, false);
    }

    private final String name;
    private final Size size;
    private final Function<S, B> maker;
    private final Headroom headroom;
    private final Patience patience;
    private final LongSupplier nanoClock;
    private final ScheduledExecutorService thread;
    /** Its monitor guards it and the two below, and is held for moments only. */
    private final Stock<S, B> stock;

    private boolean refilling;
    private boolean closed;

    /**
     * @param name of the engine
     * @param maker makes a box that is ready for a run; may fail
     * @param patience is told how long that took
     */
    public BoxPool(String name, Size size, Function<S, B> maker, Patience patience) {
        this(name, size, maker, patience, Headroom.ofThisHost(), System::nanoTime);
        thread.scheduleWithFixedDelay(this::round, ROUND.toMillis(), ROUND.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** One that is tended by its caller. */
    BoxPool(
            String name, Size size, Function<S, B> maker, Patience patience, Headroom headroom, LongSupplier nanoClock) {
        this.name = requireNonNull(name, "name is null");
        this.size = requireNonNull(size, "size is null");
        this.maker = requireNonNull(maker, "maker is null");
        this.patience = requireNonNull(patience, "patience is null");
        this.headroom = requireNonNull(headroom, "headroom is null");
        this.nanoClock = requireNonNull(nanoClock, "nanoClock is null");
        this.stock = new Stock<>(size);
        this.thread = Threads.scheduler(name + "-pool");
    }

    /**
     * A box for a run: one that waits, or else a new one.
     *
     * @throws PlatformException {@code EXECUTOR_UNAVAILABLE} if none can be made
     */
    public B take(S shape, Isolation asked) {
        Isolation isolation = size.reuse() ? asked : Isolation.COLD;
        B box = ready(shape, isolation);
        while (box != null && !box.alive()) {
            box.close();
            box = ready(shape, isolation);
        }
        synchronized (stock) {
            stock.found(box != null);
        }
        B taken = box == null ? makeFor(shape, isolation) : box;
        refillLater();
        return taken;
    }

    /** Has so many be made ahead although nobody has asked yet: as if they had just been in use. */
    public void expect(S shape, int count) {
        synchronized (stock) {
            stock.expect(shape, size.reuse() ? Isolation.WARM : Isolation.COLD, count, now());
        }
        refillLater();
    }

    /** Keeps a box whose runs were all reported, once it is ready for another, or destroys it. Never throws. */
    public void giveBack(B box) {
        List<B> spare;
        synchronized (stock) {
            spare = stock.refuse(box, now());
        }
        if (spare.isEmpty()) {
            Cause worn = worn(box).orElse(null);
            spare = List.of(box);
            synchronized (stock) {
                if (worn != null) {
                    stock.ends(box, worn);
                } else if (!closed) {
                    spare = stock.putBack(box, now());
                }
            }
        }
        spare.forEach(Box::close);
    }

    /** A box was destroyed, whoever had it. */
    public void gone(B box) {
        synchronized (stock) {
            stock.gone(box, now());
        }
        refillLater();
    }

    /** How it fares; null when it is off. */
    public @Nullable PoolFigures figures() {
        synchronized (stock) {
            return size.most() == 0 ? null : stock.figures(now());
        }
    }

    /** Lets go of what is not wanted any more, and makes what is. Done every few seconds. */
    void tend() {
        boolean lean = headroom.memoryShort();
        List<B> surplus;
        synchronized (stock) {
            stock.lean(lean);
            surplus = stock.surplus(now());
        }
        surplus.forEach(Box::close);
        refillLater();
    }

    /** Destroys what waits, and makes no more. What serves a run is its engine's to close. */
    @Override
    public void close() {
        synchronized (stock) {
            closed = true;
        }
        // Not shutdownNow: an interrupted request may leave a box that nobody knows.
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.atWarn().addKeyValue("engine", name).log("A sandbox is still being made; the next start removes it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        List<B> waiting;
        synchronized (stock) {
            waiting = stock.drain();
        }
        waiting.forEach(Box::close);
    }

    private void round() {
        try {
            tend();
        } catch (RuntimeException e) {
            LOG.atWarn().setCause(e).addKeyValue("engine", name)
                    .log("The sandboxes that wait could not be tended; it is tried again in some seconds");
        }
    }

    private @Nullable B ready(S shape, Isolation isolation) {
        synchronized (stock) {
            if (closed) {
                throw new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "The engine " + name + " is closed.");
            }
            return stock.take(shape, isolation, now());
        }
    }

    private B makeFor(S shape, Isolation isolation) {
        @Nullable B made = null;
        try {
            made = make(shape);
            return made;
        } finally {
            synchronized (stock) {
                if (made == null) {
                    stock.missed(shape, isolation, now());
                } else {
                    stock.lent(made, shape, isolation, now());
                }
            }
        }
    }

    private B make(S shape) {
        long start = now();
        B box = maker.apply(shape);
        Duration took = Duration.ofNanos(now() - start);
        patience.prepared(name, took);
        synchronized (stock) {
            stock.built(took);
        }
        return box;
    }

    /** Why it cannot serve another run, if so. */
    private Optional<Cause> worn(B box) {
        if (!size.reuse() || box.runs() >= MOST_RUNS) {
            return Optional.of(Cause.RUNS);
        }
        return box.awaitNext() ? Optional.empty() : Optional.of(box.alive() ? Cause.SPENT : Cause.BROKEN);
    }

    private void refillLater() {
        synchronized (stock) {
            if (closed || refilling || stock.missing(now()).isEmpty()) {
                return;
            }
            refilling = true;
        }
        try {
            thread.execute(this::refill);
        } catch (RejectedExecutionException e) {
            LOG.atTrace().log("No box is made ahead any more: the engine is closed");
        }
    }

    private void refill() {
        boolean made = false;
        try {
            made = makeAhead();
        } catch (RuntimeException e) {
            LOG.atWarn().setCause(e).addKeyValue("engine", name)
                    .log("A sandbox could not be made ahead; the next one is made when it is asked for");
        } finally {
            synchronized (stock) {
                refilling = false;
            }
        }
        if (made) {
            refillLater();
        }
    }

    private boolean makeAhead() {
        if (headroom.memoryShort() || headroom.overloaded()) {
            return false;
        }
        S shape;
        synchronized (stock) {
            shape = closed ? null : stock.missing(now()).orElse(null);
            if (shape == null) {
                return false;
            }
            stock.coming(shape, now());
        }
        @Nullable B box = null;
        try {
            box = make(shape);
        } finally {
            synchronized (stock) {
                stock.came(box, shape, now());
            }
        }
        return true;
    }

    private long now() {
        return nanoClock.getAsLong();
    }
}
