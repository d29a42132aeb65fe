package dev.crucible.executor;

import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Limits;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A sandbox with a supervisor inside as its pid 1. It serves one session, which is one run or, for a submission with
 * tests, several of the same program; each run gets namespaces, files and processes of its own. Then it is given back
 * ({@link #release}) or destroyed ({@link #close}).
 */
public interface Box extends AutoCloseable {
    /** To the supervisor: frames as {@link SupervisorProtocol} defines them. */
    OutputStream input();

    /** From the supervisor, until it ends; buffered. Nothing the guest writes reaches it but inside a frame. */
    InputStream output();

    /** Whether programs of this language can be forks of an interpreter that is loaded in this box. */
    default boolean forks(Language language) {
        return false;
    }

    /**
     * Puts the limits of the next run in force, and counts from here.
     *
     * @throws PlatformException {@code EXECUTOR_UNAVAILABLE} if they cannot be put in force
     */
    void begin(Limits limits);

    /**
     * What the supervisor must set up itself because this box has no better wall for it: {@code nproc} (RLIMIT_NPROC),
     * {@code data} (bytes of a process's data) and {@code cpu_ms}, which is 0 where the supervisor's count of CPU is not
     * to be trusted and {@link #cpuMillis()} is. Empty when the engine itself holds all of them.
     */
    default Map<String, Long> rlimits() {
        return Map.of();
    }

    /** CPU that the guest has used so far, counted outside its reach, or null when nothing counts it. Never throws. */
    default @Nullable Long cpuMillis() {
        return null;
    }

    /**
     * Lets the box have all the CPU there is, for it has to come to an end: a program that leaves none of a small share would
     * keep its own supervisor from ending it. {@link #begin} sets the limit anew. Never throws, never waits for anybody.
     */
    default void hurry() {}

    /** Ends every process in the box at once. The supervisor's stream ends soon after. Idempotent, never throws. */
    void kill();

    /** What the kernel or the engine counted since {@link #begin}. Asked for when the run has ended, before another begins. */
    Evidence evidence();

    /**
     * Waits, a few seconds at most, until the box can take another run after one that was reported. False when it can
     * take none: it was touched in a way that outlives a run, or does not answer.
     */
    boolean awaitNext();

    /**
     * Takes the box back after a session whose every run was reported. It serves another one if it is as it was before,
     * and is destroyed otherwise. Never throws.
     */
    void release();

    /** Ends what still runs and removes everything the box was made of. Idempotent. */
    @Override
    void close();
}
