package dev.crucible.executor;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A sandbox with a supervisor inside as its pid 1, for one run. */
public interface Box extends AutoCloseable {
    /** To the supervisor: frames as {@link SupervisorProtocol} defines them. */
    OutputStream input();

    /** From the supervisor, until it ends. Nothing the guest writes reaches this stream but inside a frame. */
    InputStream output();

    /**
     * What the supervisor must set up itself because this box has no better wall for it: {@code nproc} (processes, the
     * supervisor included if it runs as the same user), {@code data} (bytes of a process's data), {@code uid} (the user to
     * run the program as) and {@code cpu_ms}, which is 0 where the supervisor's count of CPU is not to be trusted and
     * {@link #cpuMillis()} is. Empty when the engine itself holds all of them.
     */
    default Map<String, Long> rlimits() {
        return Map.of();
    }

    /** CPU that the guest has used so far, counted outside its reach, or null when nothing counts it. Never throws. */
    default @Nullable Long cpuMillis() {
        return null;
    }

    /** Ends every process in the box at once. The supervisor's stream ends soon after. Idempotent, never throws. */
    void kill();

    /** What the kernel or the engine counted. Asked for once the supervisor's stream has ended, before {@link #close}. */
    Evidence evidence();

    /** Ends what still runs and removes everything the box was made of. Idempotent. */
    @Override
    void close();
}
