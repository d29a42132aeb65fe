package dev.crucible.executor.docker;

import com.github.dockerjava.api.model.Capability;
import org.jspecify.annotations.Nullable;

/** The kinds of container that can be boxes, and what each costs beside the guest itself. */
enum Flavour {
    /** The engine's default runtime: the guest's processes are the host's. */
    DOCKER("docker", null, 62_000, 0) {
        @Override
        long hostTasks(int pids) {
            return Math.max(pids + SUPERVISOR, RUNTIME_INIT);
        }
    },
    /**
     * A kernel of its own in user space, whose memory and threads the host counts together with the guest's. That kernel
     * lets a process kill pid 1, as Linux does not, so here the supervisor is another user than the guest: root of a
     * kernel that nobody else uses, with no right but to become the guest's user and to end its processes.
     */
    GVISOR("gvisor", "runsc", 63_000, 32L << 20) {
        @Override
        long hostTasks(int pids) {
            return SENTRY + 4L * pids;
        }
    };

    private static final int SUPERVISOR = 1;
    /** The runtime sets a container up from inside with this many threads at most; fewer and nothing starts. */
    private static final int RUNTIME_INIT = 16;
    /** Threads of the Sentry and its helpers with few guest processes. */
    private static final int SENTRY = 256;

    private final String engine;
    private final @Nullable String runtime;
    private final int firstUid;
    private final long memoryOverhead;

    Flavour(String engine, @Nullable String runtime, int firstUid, long memoryOverhead) {
        this.engine = engine;
        this.runtime = runtime;
        this.firstUid = firstUid;
        this.memoryOverhead = memoryOverhead;
    }

    /** The name of the engine as users know it. */
    String engine() {
        return engine;
    }

    /** The runtime as registered with the Docker engine, or null for its default. */
    @Nullable String runtime() {
        return runtime;
    }

    int firstUid() {
        return firstUid;
    }

    /**
     * How much sooner than others the kernel ends the container's own processes when memory runs out: always before
     * anything else of ours. A kernel in user space must also go before the helpers that hold its guest's memory, or it
     * dies of their loss in ways that look like a crash.
     */
    int oomScore() {
        return ownKernel() ? 1000 : 500;
    }

    /** Whether the container holds a kernel of its own, whose memory and threads are not the guest's. */
    boolean ownKernel() {
        return this == GVISOR;
    }

    /** What the supervisor may do beyond its own user's rights. The guest has none of it. */
    Capability[] supervisorCapabilities() {
        return ownKernel()
                ? new Capability[] {Capability.SETUID, Capability.SETGID, Capability.KILL}
                : new Capability[0];
    }

    /** Bytes that the container needs beside the guest's. */
    long memoryOverhead() {
        return memoryOverhead;
    }

    /** Processes and threads of the host that a container with these limits may have. */
    abstract long hostTasks(int pids);
}
