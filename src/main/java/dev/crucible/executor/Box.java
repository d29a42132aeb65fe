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
     * What the supervisor must set up itself because this box has no better wall for it: {@code nproc} (processes, the
     * supervisor included if it runs as the same user), {@code data} (bytes of a process's data) and {@code uid} (the
     * user to run the program as). Empty when the engine itself holds all of them.
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
