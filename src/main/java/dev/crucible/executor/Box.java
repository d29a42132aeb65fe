package dev.crucible.executor;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;

/** A sandbox with a supervisor inside as its pid 1, for one run. */
public interface Box extends AutoCloseable {
    /** To the supervisor: frames as {@link SupervisorProtocol} defines them. */
    OutputStream input();

    /** From the supervisor, until it ends. Nothing the guest writes reaches this stream but inside a frame. */
    InputStream output();

    /**
     * Limits that the supervisor must set as rlimits because this box has no better wall for them: {@code nproc}
     * (processes, the supervisor included) and {@code data} (bytes of a process's data). Empty when the engine itself
     * holds both.
     */
    default Map<String, Long> rlimits() {
        return Map.of();
    }

    /** Ends every process in the box at once. The supervisor's stream ends soon after. Idempotent, never throws. */
    void kill();

    /** What the kernel or the engine counted. Asked for once the supervisor's stream has ended, before {@link #close}. */
    Evidence evidence();

    /** Ends what still runs and removes everything the box was made of. Idempotent. */
    @Override
    void close();
}
