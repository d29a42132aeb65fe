package dev.crucible.executor.sandbox;

import dev.crucible.executor.Evidence;
import dev.crucible.executor.sandbox.CgroupDriver.Controller;
import dev.crucible.executor.sandbox.CgroupDriver.Hierarchy;
import dev.crucible.kernel.evaluation.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One box's cgroup in each hierarchy. Used by one thread at a time, but {@link #killAll()} may come from any. */
final class Cgroup {
    private static final Logger LOG = LoggerFactory.getLogger(Cgroup.class);
    /** Short periods: a run that has used up its share waits milliseconds, and so does the supervisor beside it. */
    private static final long PERIOD_MICROS = 50_000;
    /** The kernel takes no smaller quota. */
    private static final long SMALLEST_QUOTA_MICROS = 1_000;
    private static final long NO_LIMIT = -1;
    private static final long MUCH_CACHE = 16L << 20;
    private static final long REMOVE_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final List<Hierarchy> folders;
    /** What the box itself takes, before any run: later ones leave file cache that is no more than reclaimable. */
    private long ownMemory = -1;
    // What stood in the counters when the present run began: they count on.
    private long earlierMemory;
    private long ownCpuNanos;
    private long earlierKills;
    private long earlierDenials;
    private long earlierPeak;

    Cgroup(List<Hierarchy> folders) {
        this.folders = List.copyOf(folders);
    }

    /** Where a process writes {@code 0} to join. */
    List<String> procsFiles() {
        return folders.stream().map(h -> h.folder().resolve("cgroup.procs").toString()).toList();
    }

    /**
     * Puts a run's limits in force. What the box itself uses by now is not the guest's: it is allowed on top.
     *
     * @param ownProcesses processes in the group that are ours
     */
    void limit(Limits limits, int ownProcesses) throws IOException {
        for (Hierarchy hierarchy : folders) {
            for (Controller controller : hierarchy.controllers()) {
                switch (controller) {
                    case MEMORY -> limitMemory(hierarchy, limits.memoryBytes());
                    case PIDS -> {
                        write(hierarchy, "pids.max", limits.pids() + ownProcesses);
                        earlierDenials = value(hierarchy, "pids.events", "max");
                    }
                    case CPU -> limitCpu(hierarchy, limits.cpuMillis());
                    case CPUACCT -> ownCpuNanos = cpuNanos(hierarchy);
                }
            }
        }
    }

    /** Lifts the limit on CPU until {@link #limit} sets it anew. */
    void freeCpu() throws IOException {
        for (Hierarchy hierarchy : folders) {
            if (hierarchy.controllers().contains(Controller.CPU)) {
                limitCpu(hierarchy, Integer.MAX_VALUE);
            }
        }
    }

    /** CPU that was used beyond what the box itself took, or null when nothing counts it. */
    @Nullable Long cpuMillis() {
        Hierarchy cpu = holding(Controller.CPUACCT);
        try {
            return cpu == null ? null : Long.valueOf(Math.max(0, cpuNanos(cpu) - ownCpuNanos) / 1_000_000);
        } catch (IOException e) {
            LOG.atTrace().setCause(e).log("A cgroup is gone already");
            return null;
        }
    }

    Evidence evidence() {
        Hierarchy memory = holding(Controller.MEMORY);
        Hierarchy pids = holding(Controller.PIDS);
        Hierarchy cpu = holding(Controller.CPUACCT);
        try {
            boolean oom = memory != null && kills(memory) > earlierKills;
            long denied = pids == null ? 0 : value(pids, "pids.events", "max") - earlierDenials;
            Long cpuMillis = cpu == null ? null : Math.max(0, cpuNanos(cpu) - ownCpuNanos) / 1_000_000;
            return new Evidence(oom, denied, cpuMillis, memory == null ? null : peak(memory));
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("A box's cgroup cannot be read, so its verdict goes without it");
            return Evidence.NONE;
        }
    }

    /** Gives back the file cache that a run has left, when it is much. Never throws. */
    void trim() {
        Hierarchy memory = holding(Controller.MEMORY);
        try {
            long left = memory == null || ownMemory < 0 ? 0 : memoryNow(memory) - ownMemory;
            if (left > MUCH_CACHE) {
                writeIfThere(memory, memory.unified() ? "memory.reclaim" : "memory.force_empty", memory.unified() ? left : 0);
            }
        } catch (IOException e) {
            LOG.atTrace().setCause(e).log("Not all of a run's file cache could be given back; the next limit does that");
        }
    }

    /** Ends every process in the group, as often as it takes for the list to be read once. */
    void killAll() {
        for (Hierarchy hierarchy : folders) {
            if (hierarchy.unified() && Files.isWritable(hierarchy.folder().resolve("cgroup.kill"))) {
                try {
                    write(hierarchy, "cgroup.kill", 1);
                } catch (IOException e) {
                    LOG.atDebug().setCause(e).log("A cgroup refused to be killed whole; its processes are killed one by one");
                }
            }
        }
        members().forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }

    /** Ends what is left and removes the group. False if something did not go within three seconds. */
    boolean remove() {
        long deadline = System.nanoTime() + REMOVE_PATIENCE_NANOS;
        while (!removeFolders()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            killAll();
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
        return true;
    }

    static boolean removeFolder(Path folder) {
        try {
            Files.deleteIfExists(folder);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private boolean removeFolders() {
        boolean gone = true;
        for (Hierarchy hierarchy : folders) {
            gone &= removeFolder(hierarchy.folder());
        }
        return gone;
    }

    private Set<Long> members() {
        Set<Long> pids = new HashSet<>();
        for (String file : procsFiles()) {
            try {
                Files.readAllLines(Path.of(file)).forEach(line -> pids.add(Long.valueOf(line.strip())));
            } catch (IOException e) {
                LOG.atTrace().setCause(e).log("A cgroup is gone already");
            }
        }
        return pids;
    }

    private static long memoryNow(Hierarchy memory) throws IOException {
        return read(memory, memory.unified() ? "memory.current" : "memory.usage_in_bytes");
    }

    private static long kills(Hierarchy memory) throws IOException {
        return value(memory, memory.unified() ? "memory.events" : "memory.oom_control", "oom_kill");
    }

    private void limitMemory(Hierarchy memory, long bytes) throws IOException {
        earlierKills = kills(memory);
        earlierMemory = memoryNow(memory);
        ownMemory = ownMemory < 0 ? earlierMemory : ownMemory;
        long limit = bytes + ownMemory;
        if (memory.unified()) {
            write(memory, "memory.max", limit);
            writeIfThere(memory, "memory.swap.max", 0);
            Path peak = memory.folder().resolve("memory.peak");
            earlierPeak = Files.isReadable(peak) ? read(memory, "memory.peak") : 0;
            return;
        }
        // The limit of memory and swap together may never be below that of memory, not for a moment.
        writeIfThere(memory, "memory.memsw.limit_in_bytes", NO_LIMIT);
        write(memory, "memory.limit_in_bytes", limit);
        if (!writeIfThere(memory, "memory.memsw.limit_in_bytes", limit)) {
            writeIfThere(memory, "memory.swappiness", 0);
        }
        write(memory, "memory.max_usage_in_bytes", 0);
    }

    private void limitCpu(Hierarchy cpu, int millis) throws IOException {
        if (millis >= Runtime.getRuntime().availableProcessors() * 1000L) {
            // Not only left alone: the run before may have had less.
            write(cpu, cpu.unified() ? "cpu.max" : "cpu.cfs_quota_us", cpu.unified() ? "max " + PERIOD_MICROS : "-1");
            return;
        }
        long quota = Math.max(SMALLEST_QUOTA_MICROS, PERIOD_MICROS * millis / 1000);
        if (cpu.unified()) {
            write(cpu, "cpu.max", quota + " " + PERIOD_MICROS);
            return;
        }
        write(cpu, "cpu.cfs_period_us", PERIOD_MICROS);
        write(cpu, "cpu.cfs_quota_us", quota);
    }

    private static long cpuNanos(Hierarchy cpu) throws IOException {
        return cpu.unified() ? value(cpu, "cpu.stat", "usage_usec") * 1000 : read(cpu, "cpuacct.usage");
    }

    /** In version 2 the peak is that of all runs: a run that did not raise it is not known by it. */
    private @Nullable Long peak(Hierarchy memory) throws IOException {
        Path file = memory.folder().resolve(memory.unified() ? "memory.peak" : "memory.max_usage_in_bytes");
        if (!Files.isReadable(file)) {
            return null;
        }
        long peak = read(memory, file.getFileName().toString());
        return memory.unified() && earlierPeak > 0 && peak <= earlierPeak ? null : Long.valueOf(Math.max(0, peak - earlierMemory));
    }

    private @Nullable Hierarchy holding(Controller controller) {
        return folders.stream().filter(h -> h.controllers().contains(controller)).findFirst().orElse(null);
    }

    private static long read(Hierarchy hierarchy, String file) throws IOException {
        return Long.parseLong(Files.readString(hierarchy.folder().resolve(file)).strip());
    }

    /** The number after {@code key} in a file of {@code key number} lines; 0 when it is not there. */
    private static long value(Hierarchy hierarchy, String file, String key) throws IOException {
        Optional<String> line = Files.readAllLines(hierarchy.folder().resolve(file)).stream()
                .filter(candidate -> candidate.startsWith(key + " "))
                .findFirst();
        return line.map(found -> Long.parseLong(found.substring(key.length() + 1).strip())).orElse(0L);
    }

    private static void write(Hierarchy hierarchy, String file, Object value) throws IOException {
        Files.writeString(hierarchy.folder().resolve(file), value.toString(), StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
    }

    private static boolean writeIfThere(Hierarchy hierarchy, String file, Object value) throws IOException {
        try {
            write(hierarchy, file, value);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }
}
