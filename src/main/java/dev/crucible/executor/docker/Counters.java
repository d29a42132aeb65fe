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
    private OptionalLong cpuBefore = OptionalLong.empty();
    private OptionalLong hostOomKillsBefore = OptionalLong.empty();
    private OptionalLong memoryBefore = OptionalLong.empty();
    private OptionalLong peakBefore = OptionalLong.empty();
    private long oomKillsBefore;
    private long forksDeniedBefore;
    private Evidence last = Evidence.NONE;
    private boolean complete;

    Counters(Cgroup cgroup) {
        this.cgroup = cgroup;
    }

    /** Whether this host shows who was refused a process. */
    boolean seeDeniedForks() {
        return cgroup.forksDenied().isPresent();
    }

    /** Whether this host shows what the container uses of the CPU. */
    boolean seeCpu() {
        return cgroup.cpuNanos().isPresent();
    }

    /** Lifts the container's limit of CPU. False where this host does not let us. */
    boolean freeCpu() {
        return cgroup.freeCpu();
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
        oomKillsBefore = cgroup.oomKills().orElse(0);
        forksDeniedBefore = cgroup.forksDenied().orElse(0);
        cgroup.forgetPeak();
        peakBefore = cgroup.peakMemoryBytes();
        last = Evidence.NONE;
        complete = false;
    }

    /** Takes the state now. While a process is left in the container; once the counters are gone, what was read stays. */
    synchronized void read() {
        OptionalLong oomKills = cgroup.oomKills();
        if (complete && oomKills.isEmpty()) {
            return;
        }
        last = new Evidence(
                oomKills.orElse(0) > oomKillsBefore,
                Math.max(0, cgroup.forksDenied().orElse(0) - forksDeniedBefore),
                cpuMillis(),
                peakOfRun());
        complete = oomKills.isPresent();
    }

    /** Where the peak cannot be forgotten it is that of all runs, and a run that did not raise it is not known by it. */
    private @Nullable Long peakOfRun() {
        OptionalLong peak = cgroup.peakMemoryBytes();
        long before = memoryBefore.orElse(0);
        boolean known = peak.isPresent() && (peak.getAsLong() > peakBefore.orElse(0) || peakBefore.orElse(0) <= before);
        return known ? Long.valueOf(Math.max(0, peak.getAsLong() - before)) : null;
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
