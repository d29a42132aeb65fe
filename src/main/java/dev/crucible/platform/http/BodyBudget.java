package dev.crucible.platform.http;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/**
 * Memory that the bodies of all requests under way may take together, so that many large ones at once cannot exhaust
 * the heap. Thread-safe.
 */
public final class BodyBudget {
    private static final int UNIT = 16 * 1024;
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Semaphore units;

    public BodyBudget(long bytes) {
        this.units = new Semaphore(Math.toIntExact(Math.max(1, bytes / UNIT)));
    }

    /** A share that grows with one body. */
    Share open() {
        return new Share();
    }

    /** What one request holds, until closed. Used by one thread. */
    final class Share implements AutoCloseable {
        private int held;

        /** @throws PlatformException {@code RATE_LIMITED} when the other bodies leave too little */
        void require(long bytes) {
            int needed = Math.toIntExact((bytes + UNIT - 1) / UNIT) - held;
            if (needed > 0) {
                if (!units.tryAcquire(needed)) {
                    throw PlatformException.retryLater(ErrorCode.RATE_LIMITED,
                            "The server is reading as many large bodies as it can hold; send this one again in a moment.",
                            RETRY);
                }
                held += needed;
            }
        }

        @Override
        public void close() {
            units.release(held);
            held = 0;
        }
    }
}
