package dev.crucible.executor.docker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * A container's control groups, read where this process can see them: on the engine's own host, v1, v2 or both. What
 * cannot be read is absent, never zero. Immutable.
 */
final class Cgroup {
    /** No controller has this name: the v2 tree, which has one folder for all controllers. */
    private static final String UNIFIED = "";

    private static final Path HOST_COUNTERS = Path.of("/proc/vmstat");
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");

    private final Map<String, Path> folders;

    private Cgroup(Map<String, Path> folders) {
        this.folders = Map.copyOf(folders);
    }

    /** Folders by controller. A controller that is not among them is one that cannot be read. */
    static Cgroup at(Map<String, Path> folders) {
        return new Cgroup(folders);
    }

    /**
     * The folders of a process's groups.
     *
     * @param containerId its full id, which every path of the container's groups carries; a path without it is somebody
     *     else's and is left alone
     */
    static Map<String, Path> folders(long pid, String containerId) {
        Map<String, Path> folders = new HashMap<>();
        try {
            Map<String, Path> mounts = mounts(Files.readAllLines(MOUNTS));
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/cgroup"))) {
                String[] parts = line.split(":", 3);
                if (parts.length < 3 || !parts[2].contains(containerId)) {
                    continue;
                }
                for (String controller : parts[1].split(",")) {
                    Path mount = mounts.get(controller);
                    Path folder = mount == null ? null : mount.resolve(parts[2].substring(1));
                    if (folder != null && Files.isDirectory(folder)) {
                        folders.put(controller, folder);
                    }
                }
            }
        } catch (IOException gone) {
            return Map.of();
        }
        return folders;
    }

    /** Where each controller is mounted, by its name. */
    static Map<String, Path> mounts(List<String> mountinfo) {
        Map<String, Path> mounts = new HashMap<>();
        for (String line : mountinfo) {
            String[] halves = line.split(" - ", 2);
            String[] left = halves[0].split(" ");
            String[] right = halves.length < 2 ? new String[0] : halves[1].split(" ");
            if (left.length < 5 || right.length < 3) {
                continue;
            }
            Path at = Path.of(left[4]);
            if (right[0].equals("cgroup2")) {
                mounts.put(UNIFIED, at);
            } else if (right[0].equals("cgroup")) {
                for (String option : right[2].split(",")) {
                    mounts.put(option, at);
                }
            }
        }
        return mounts;
    }

    /** Whether the container's groups were found and are gone by now. */
    boolean gone() {
        return !folders.isEmpty() && folders.values().stream().noneMatch(Files::isDirectory);
    }

    OptionalLong oomKills() {
        OptionalLong v1 = keyed("memory", "memory.oom_control", "oom_kill");
        return v1.isPresent() ? v1 : keyed(UNIFIED, "memory.events", "oom_kill");
    }

    /** How often the limit of processes refused one. */
    OptionalLong forksDenied() {
        OptionalLong v1 = keyed("pids", "pids.events", "max");
        return v1.isPresent() ? v1 : keyed(UNIFIED, "pids.events", "max");
    }

    OptionalLong cpuNanos() {
        OptionalLong v1 = number("cpuacct", "cpuacct.usage");
        if (v1.isPresent()) {
            return v1;
        }
        OptionalLong v2 = keyed(UNIFIED, "cpu.stat", "usage_usec");
        return v2.isPresent() ? OptionalLong.of(v2.getAsLong() * 1_000) : v2;
    }

    OptionalLong memoryBytes() {
        OptionalLong v1 = number("memory", "memory.usage_in_bytes");
        return v1.isPresent() ? v1 : number(UNIFIED, "memory.current");
    }

    OptionalLong peakMemoryBytes() {
        OptionalLong v1 = number("memory", "memory.max_usage_in_bytes");
        return v1.isPresent() ? v1 : number(UNIFIED, "memory.peak");
    }

    /** Lets the peak begin again from what is used now, where this process may: the host's root, in v1. */
    void forgetPeak() {
        write("memory", "memory.max_usage_in_bytes", "0");
    }

    /** Lifts the limit of CPU. False where this process may not, or does not see it. */
    boolean freeCpu() {
        return write("cpu", "cpu.cfs_quota_us", "-1") || write(UNIFIED, "cpu.max", "max");
    }

    /** What the kernel has killed for memory on this host, in whatever group. */
    static OptionalLong hostOomKills() {
        return keyed(lines(HOST_COUNTERS), "oom_kill");
    }

    private boolean write(String controller, String file, String text) {
        Path folder = folders.get(controller);
        if (folder == null) {
            return false;
        }
        try {
            Files.writeString(folder.resolve(file), text, StandardOpenOption.WRITE);
            return true;
        } catch (IOException notAllowed) {
            return false;
        }
    }

    private OptionalLong number(String controller, String file) {
        List<String> lines = lines(controller, file);
        return lines.isEmpty() ? OptionalLong.empty() : parse(lines.get(0));
    }

    private OptionalLong keyed(String controller, String file, String key) {
        return keyed(lines(controller, file), key);
    }

    private static OptionalLong keyed(List<String> lines, String key) {
        for (String line : lines) {
            if (line.startsWith(key + " ")) {
                return parse(line.substring(key.length() + 1));
            }
        }
        return OptionalLong.empty();
    }

    private List<String> lines(String controller, String file) {
        Path folder = folders.get(controller);
        return folder == null ? List.of() : lines(folder.resolve(file));
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException absent) {
            return List.of();
        }
    }

    private static OptionalLong parse(String text) {
        try {
            return OptionalLong.of(Long.parseLong(text.strip()));
        } catch (NumberFormatException notANumber) {
            return OptionalLong.empty();
        }
    }
}
