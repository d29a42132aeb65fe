package dev.crucible.executor;

import dev.crucible.kernel.PlatformException;

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

    /** Removes what a crashed predecessor of the same data folder left behind, and nothing of anybody else. */
    void sweep();

    /** Destroys every box that is open. Idempotent. */
    @Override
    void close();
}
