package dev.crucible.executor;

import dev.crucible.kernel.PlatformException;
import org.jspecify.annotations.Nullable;

/**
 * An isolation technology: makes boxes. All that a run is — protocol, deadlines, output, verdict — is the executor's and
 * the same for every engine; an engine only builds the walls, and reports what the kernel counted. Thread-safe.
 */
public interface Engine extends AutoCloseable {
    String name();

    /** Looks at the host: is what it needs there, and which languages can it run? May take seconds; the caller caches. */
    EngineStatus probe();

    /**
     * Makes a box for one run, with every limit in force before the supervisor starts.
     *
     * @throws PlatformException {@code EXECUTOR_UNAVAILABLE} if the box cannot be made: our fault, never the guest's
     */
    Box open(BoxSpec spec);

    /**
     * Removes what a crashed predecessor of the same data folder left behind, and what of this engine's own failed to go
     * away; nothing of a box that is open, and nothing of anybody else. May be called again and again.
     */
    void sweep();

    /** Has it stretch its waits by this from now on. Called before anything else, if at all. */
    default void heed(Patience patience) {}

    /** The boxes that it makes ahead, as they are now; null when it makes none ahead. */
    default @Nullable PoolFigures pool() {
        return null;
    }

    /** Destroys every box that is open. Idempotent. */
    @Override
    void close();
}
