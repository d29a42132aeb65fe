package dev.crucible.executor.docker;

import dev.crucible.executor.Evidence;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A container's counters at the guest's start and at its end: the difference is the guest's, without what it took to
 * set the container up. Thread-safe.
 */
final class Counters {
    private final Cgroup cgroup;
    private final boolean ownKernel;
    private OptionalLong cpuBefore = OptionalLong.empty();
    private OptionalLong hostOomKillsBefore = OptionalLong.empty();
    private OptionalLong memoryBefore = OptionalLong.empty();
    private Evidence last = Evidence.NONE;
    private boolean complete;

    /** @param ownKernel whether the container's memory holds a kernel of its own, which is none of the guest's */
    Counters(Cgroup cgroup, boolean ownKernel) {
        this.cgroup = cgroup;
        this.ownKernel = ownKernel;
    }

    /** Whether this host shows who was refused a process. */
    boolean seeDeniedForks() {
        return cgroup.forksDenied().isPresent();
    }

    /** Whether this host shows what the container uses of the CPU. */
    boolean seeCpu() {
        return cgroup.cpuNanos().isPresent();
    }

    /** Whether there is nothing left to count, as far as this host shows. */
    boolean gone() {
        return cgroup.gone();
    }

    /**
     * Whether the kernel has killed anything for memory on this host since the guest started. The container's own
     * counter is gone with a container that ended by it.
     */
    synchronized boolean hostKilledForMemory() {
        OptionalLong now = Cgroup.hostOomKills();
        return now.isPresent() && hostOomKillsBefore.isPresent() && now.getAsLong() > hostOomKillsBefore.getAsLong();
    }

    /** Takes the state before the guest starts. */
    synchronized void begin() {
        hostOomKillsBefore = Cgroup.hostOomKills();
        cpuBefore = cgroup.cpuNanos();
        memoryBefore = cgroup.memoryBytes();
    }

    /** Takes the state now. While a process is left in the container; once the counters are gone, what was read stays. */
    synchronized void read() {
        OptionalLong oomKills = cgroup.oomKills();
        if (complete && oomKills.isEmpty()) {
            return;
        }
        OptionalLong peak = cgroup.peakMemoryBytes();
        long ownMemory = ownKernel ? memoryBefore.orElse(0) : 0;
        last = new Evidence(
                oomKills.orElse(0) > 0,
                cgroup.forksDenied().orElse(0),
                cpuMillis(),
                peak.isPresent() ? Math.max(0, peak.getAsLong() - ownMemory) : null);
        complete = oomKills.isPresent();
    }

    /** CPU since the guest's start, or null when this host does not show it. */
    synchronized @Nullable Long cpuMillis() {
        OptionalLong cpu = cgroup.cpuNanos();
        boolean both = cpu.isPresent() && cpuBefore.isPresent();
        return both ? Long.valueOf((cpu.getAsLong() - cpuBefore.getAsLong()) / 1_000_000) : null;
    }

    synchronized Evidence last() {
        return last;
    }

    /** Whether {@link #last} tells everything, so that the engine need not be asked. */
    synchronized boolean complete() {
        return complete;
    }
}
