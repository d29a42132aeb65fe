package dev.crucible.executor.pool;

import dev.crucible.executor.Box;

/** A box that can wait for its next run. Its {@link #release} is the pool's {@link BoxPool#giveBack}. */
public interface PooledBox extends Box {
    /** How many runs have begun in it. */
    int runs();

    /** Whether it is not known to have ended. */
    boolean alive();
}
