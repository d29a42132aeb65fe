package dev.crucible.executor.docker;

import com.github.dockerjava.api.model.Capability;
import dev.crucible.executor.GuestUids;
import org.jspecify.annotations.Nullable;

/** The kinds of container that can be boxes, and what each costs beside the guest itself. */
enum Flavour {
    /** The engine's default runtime: the guest's processes are the host's. */
    DOCKER("docker", null, GuestUids.DOCKER) {
        @Override
        long hostTasks(int pids) {
            return Math.max(pids + OURS, RUNTIME_INIT);
        }

        @Override
        long memoryOverhead(int pids) {
            return 12L << 20;
        }

        @Override
        long idleMemory() {
            return 32L << 20;
        }
    },
    /**
     * A kernel of its own in user space, whose memory and threads the host counts together with the guest's. That kernel
     * lets a process kill pid 1, as Linux does not, so here the supervisor is another user than the guest: root of a
     * kernel that nobody else uses, with no right but to become the guest's user and to end its processes.
     */
    GVISOR("gvisor", "runsc", GuestUids.GVISOR) {
        @Override
        long hostTasks(int pids) {
            return SENTRY + SENTRY_THREADS * pids;
        }

        @Override
        long memoryOverhead(int pids) {
            return SENTRY_MEMORY + SENTRY_MEMORY_EACH * pids;
        }

        @Override
        long idleMemory() {
            return 96L << 20;
        }
    };

    /** The supervisor, the loaded interpreter and the run's init. */
    private static final int OURS = 3;
    /** The runtime sets a container up from inside with this many threads at most; fewer and nothing starts. */
    private static final int RUNTIME_INIT = 16;
    /**
     * Threads of the Sentry and its helpers. A few hundred with few guest processes: each fork that the guest's limit refuses
     * has cost it one already, which it gives back a little later, and it panics when the host refuses one. On a busy
     * host a fork bomb of 16 processes was seen to reach 376, and to pass 384.
     */
    private static final int SENTRY = 1024;
    /** More of them for each guest process: 5.3 were counted with 250 sleeping ones, and more when they come in a rush. */
    private static final long SENTRY_THREADS = 8;
    /**
     * What a gVisor kernel needs for itself, and for each guest process: 16 MiB were counted with one, and 0.6 MiB for each
     * of 250 more that did nothing, with the pages that every process has; one in a rush of forks needs more.
     */
    private static final long SENTRY_MEMORY = 32L << 20;
    private static final long SENTRY_MEMORY_EACH = 1L << 20;

    private final String engine;
    private final @Nullable String runtime;
    private final GuestUids uids;

    Flavour(String engine, @Nullable String runtime, GuestUids uids) {
        this.engine = engine;
        this.runtime = runtime;
        this.uids = uids;
    }

    /** The name of the engine as users know it. */
    String engine() {
        return engine;
    }

    /** The runtime as registered with the Docker engine, or null for its default. */
    @Nullable String runtime() {
        return runtime;
    }

    GuestUids uids() {
        return uids;
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

    /** Processes that are not the guest's and that the host counts with them, where the guest's processes are the host's. */
    long ownTasks() {
        return OURS;
    }

    /**
     * Whether the supervisor is root of its container: of a kernel that nobody else uses, or, where the host lets a
     * container make no namespaces of its own, to be another user than the guest.
     *
     * @param namespaces whether containers can make namespaces here
     */
    boolean rootSupervisor(boolean namespaces) {
        return ownKernel() || !namespaces;
    }

    /** What the supervisor may do beyond its own user's rights. The guest has none of it. */
    Capability[] supervisorCapabilities(boolean namespaces) {
        if (ownKernel()) {
            return new Capability[] {
                Capability.SETUID, Capability.SETGID, Capability.KILL, Capability.SETPCAP, Capability.SYS_ADMIN
            };
        }
        return namespaces
                ? new Capability[0]
                : new Capability[] {Capability.SETUID, Capability.SETGID, Capability.KILL};
    }

    /** Bytes that a container with so many processes needs beside the guest's. */
    abstract long memoryOverhead(int pids);

    /** Bytes that a container takes which waits with a loaded interpreter, what the engine runs beside it included. */
    abstract long idleMemory();

    /** Processes and threads of the host that a container with these limits may have. */
    abstract long hostTasks(int pids);
}
