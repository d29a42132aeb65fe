package dev.crucible.executor.docker;

import dev.crucible.platform.concurrent.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A few boxes made ahead, started and never used, of the shape that was asked for last: most runs have the same limits,
 * and making a container is most of what a run costs. Each box still serves one run. Empty when nobody has asked for a
 * while. Thread-safe.
 */
final class Stock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Stock.class);
    private static final Duration IDLE = Duration.ofSeconds(60);
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(60);

    private final Function<Shape, ContainerBox> maker;
    private final int size;
    private final ScheduledExecutorService thread;
    private final List<Entry> entries = new ArrayList<>();
    private @Nullable Shape wanted;
    private @Nullable ScheduledFuture<?> emptying;
    private boolean refilling;
    private boolean closed;

    private record Entry(Shape shape, ContainerBox box) {}

    /** @param maker makes a box that has started; may fail */
    Stock(String name, int size, Function<Shape, ContainerBox> maker) {
        this.maker = maker;
        this.size = size;
        this.thread = Threads.scheduler(name);
    }

    /** A box of this shape, if there is one, and more of them from now on. */
    synchronized Optional<ContainerBox> take(Shape shape) {
        if (closed) {
            return Optional.empty();
        }
        wanted = shape;
        Optional<ContainerBox> found = find(shape);
        if (!refilling) {
            refilling = true;
            thread.execute(this::refill);
        }
        if (emptying != null) {
            emptying.cancel(false);
        }
        emptying = thread.schedule(this::empty, IDLE.toMillis(), TimeUnit.MILLISECONDS);
        return found;
    }

    /** Destroys what is there, and makes no more. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            if (emptying != null) {
                emptying.cancel(false);
            }
        }
        // Not shutdownNow: an interrupted request may leave a container that nobody knows.
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("A container is still being made; the next start of this server removes it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        empty();
    }

    private Optional<ContainerBox> find(Shape shape) {
        for (Iterator<Entry> each = entries.iterator(); each.hasNext(); ) {
            Entry entry = each.next();
            if (entry.shape.equals(shape)) {
                each.remove();
                if (!entry.box.gone()) {
                    return Optional.of(entry.box);
                }
                entry.box.close();
            }
        }
        return Optional.empty();
    }

    private void refill() {
        try {
            for (Shape next = missing(); next != null; next = missing()) {
                ContainerBox box = maker.apply(next);
                if (!box.awaitReady() || !keep(next, box)) {
                    box.close();
                }
            }
        } catch (RuntimeException e) {
            LOG.atDebug().setCause(e).log("No container could be made ahead; the next run makes its own");
        } finally {
            synchronized (this) {
                refilling = false;
            }
        }
    }

    /** The shape to make next, or null when the stock is full. */
    private synchronized @Nullable Shape missing() {
        entries.removeIf(entry -> {
            boolean stale = !entry.shape.equals(wanted);
            if (stale) {
                entry.box.close();
            }
            return stale;
        });
        return closed || entries.size() >= size ? null : wanted;
    }

    private synchronized boolean keep(Shape shape, ContainerBox box) {
        return !closed && shape.equals(wanted) && entries.add(new Entry(shape, box));
    }

    private void empty() {
        List<Entry> old;
        synchronized (this) {
            wanted = null;
            old = List.copyOf(entries);
            entries.clear();
        }
        old.forEach(entry -> entry.box.close());
    }
}
