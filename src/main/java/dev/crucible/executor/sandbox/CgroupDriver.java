package dev.crucible.executor.sandbox;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where this server may make cgroups: for each controller the first hierarchy, version 1 or 2, in which it really can.
 * Hosts mix the versions, and containers show hierarchies that they do not let one write to.
 */
final class CgroupDriver {
    private static final Logger LOG = LoggerFactory.getLogger(CgroupDriver.class);

    enum Controller {
        MEMORY,
        PIDS,
        CPU,
        CPUACCT;

        String wire() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A folder of ours in one hierarchy, and what it controls. */
    record Hierarchy(Path folder, boolean unified, Set<Controller> controllers) {}

    private final List<Hierarchy> hierarchies;

    private CgroupDriver(List<Hierarchy> hierarchies) {
        this.hierarchies = List.copyOf(hierarchies);
    }

    /** Finds what can be used, and makes a folder of the name in each such hierarchy. Makes nothing else. */
    static CgroupDriver detect(String name) {
        try {
            CgroupMounts mounts = CgroupMounts.read(Path.of("/proc/self/mountinfo"), Path.of("/proc/self/cgroup"));
            return detect(name, mounts);
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("The cgroups of this process cannot be read, so none are used");
            return new CgroupDriver(List.of());
        }
    }

    static CgroupDriver detect(String name, CgroupMounts mounts) {
        Map<Controller, Hierarchy> chosen = new EnumMap<>(Controller.class);
        for (CgroupMounts.Mount mount : mounts.all()) {
            Set<Controller> wanted = EnumSet.copyOf(mount.controllers());
            wanted.removeAll(chosen.keySet());
            if (!wanted.isEmpty()) {
                claim(name, mount, wanted).ifPresent(found -> found.controllers().forEach(c -> chosen.put(c, found)));
            }
        }
        return new CgroupDriver(new ArrayList<>(new LinkedHashSet<>(chosen.values())));
    }

    Set<Controller> controllers() {
        Set<Controller> all = EnumSet.noneOf(Controller.class);
        hierarchies.forEach(hierarchy -> all.addAll(hierarchy.controllers()));
        return all;
    }

    /** Makes an empty cgroup without limits. */
    Cgroup create(String name) throws IOException {
        List<Hierarchy> folders = new ArrayList<>();
        for (Hierarchy hierarchy : hierarchies) {
            Path folder = hierarchy.folder().resolve(name);
            Files.createDirectory(folder);
            folders.add(new Hierarchy(folder, hierarchy.unified(), hierarchy.controllers()));
        }
        return new Cgroup(folders);
    }

    /** Ends every process in our cgroups but those of these names, and removes the cgroups. */
    void sweep(Set<String> open) {
        Set<String> names = new HashSet<>();
        for (Hierarchy hierarchy : hierarchies) {
            children(hierarchy.folder()).forEach(child -> names.add(child.getFileName().toString()));
        }
        // Not before they are listed: a box is among the open ones before its cgroup is there.
        names.removeAll(open);
        for (String name : names) {
            Cgroup left = new Cgroup(hierarchies.stream()
                    .map(h -> new Hierarchy(h.folder().resolve(name), h.unified(), h.controllers()))
                    .filter(h -> Files.isDirectory(h.folder()))
                    .toList());
            if (!left.remove()) {
                LOG.atWarn().addKeyValue("cgroup", name).log("A cgroup of an earlier run cannot be removed; the next sweep tries again");
            }
        }
    }

    /** Sweeps, and removes our folders themselves. */
    void close() {
        sweep(Set.of());
        for (Hierarchy hierarchy : hierarchies) {
            Cgroup.removeFolder(hierarchy.folder());
        }
    }

    private static Optional<Hierarchy> claim(String name, CgroupMounts.Mount mount, Set<Controller> wanted) {
        for (Path parent : mount.candidates()) {
            Path folder = parent.resolve(name);
            Set<Controller> got = mount.unified() ? delegated(parent, wanted) : wanted;
            if (!got.isEmpty() && make(folder) && (!mount.unified() || enable(folder, got))) {
                return Optional.of(new Hierarchy(folder, mount.unified(), got));
            }
        }
        return Optional.empty();
    }

    /** Controllers that children of {@code parent} have or can be given. A group with processes in it refuses. */
    private static Set<Controller> delegated(Path parent, Set<Controller> wanted) {
        Set<Controller> got = EnumSet.noneOf(Controller.class);
        for (Controller controller : wanted) {
            // Version 2 accounts for CPU in every group.
            if (controller == Controller.CPUACCT || enable(parent, EnumSet.of(controller))) {
                got.add(controller);
            }
        }
        return got.equals(EnumSet.of(Controller.CPUACCT)) ? EnumSet.noneOf(Controller.class) : got;
    }

    private static boolean enable(Path folder, Set<Controller> controllers) {
        Path control = folder.resolve("cgroup.subtree_control");
        try {
            for (Controller controller : controllers) {
                boolean there = List.of(Files.readString(control).strip().split(" ")).contains(controller.wire());
                if (controller != Controller.CPUACCT && !there) {
                    Files.writeString(control, "+" + controller.wire(), StandardOpenOption.WRITE);
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean make(Path folder) {
        try {
            if (!Files.isDirectory(folder)) {
                Files.createDirectory(folder);
            }
            return Files.isWritable(folder.resolve("cgroup.procs"));
        } catch (IOException e) {
            return false;
        }
    }

    private static List<Path> children(Path folder) {
        List<Path> children = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, Files::isDirectory)) {
            entries.forEach(children::add);
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("A cgroup folder cannot be listed");
        }
        return children;
    }
}
