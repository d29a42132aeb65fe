package dev.crucible.executor;

import java.util.List;

/** Finds out whether the limits of an engine hold, by running against them. */
interface Prover {
    /**
     * A proof of each limit; none where no language runs that a program could be in.
     *
     * @param status what a look at the engine told
     * @throws RuntimeException if it could not be found out, which is no word against a limit
     */
    List<LimitProof> prove(Engine engine, EngineStatus status);
}
