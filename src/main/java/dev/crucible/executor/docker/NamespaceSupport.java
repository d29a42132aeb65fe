package dev.crucible.executor.docker;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Whether containers can make namespaces on this host, as far as is known: yes, until one was refused them. That may have
 * been for want of something that comes back, so it is tried again after a while. Thread-safe.
 */
final class NamespaceSupport {
    private static final long TRIED_AGAIN_AFTER = Duration.ofMinutes(5).toNanos();

    private final LongSupplier nanoClock;
    // Guarded by this object's monitor.
    private boolean refused;
    private long refusedAt;

    /** @param nanoClock as {@link System#nanoTime} */
    NamespaceSupport(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** Whether the next container should try. */
    synchronized boolean worthATry() {
        return !refused || nanoClock.getAsLong() - refusedAt >= TRIED_AGAIN_AFTER;
    }

    synchronized void refused() {
        refused = true;
        refusedAt = nanoClock.getAsLong();
    }

    synchronized void granted() {
        refused = false;
    }
}
