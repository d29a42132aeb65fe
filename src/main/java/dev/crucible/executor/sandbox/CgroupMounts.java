package dev.crucible.executor.sandbox;

import dev.crucible.executor.sandbox.CgroupDriver.Controller;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The cgroup hierarchies that this process sees.
 *
 * @param all version 1 first: on a host that mixes both, the controllers that version 1 holds are missing from version 2
 */
record CgroupMounts(List<Mount> all) {
    /**
     * One hierarchy.
     *
     * @param candidates folders below which a group of ours may be made, best first
     */
    record Mount(boolean unified, Set<Controller> controllers, List<Path> candidates) {}

    /** Reads {@code /proc/self/mountinfo} and {@code /proc/self/cgroup}. */
    static CgroupMounts read(Path mountinfo, Path memberships) throws IOException {
        List<String> own = Files.readAllLines(memberships);
        List<Mount> found = new ArrayList<>();
        for (String line : Files.readAllLines(mountinfo)) {
            int dash = line.indexOf(" - ");
            if (dash < 0) {
                continue;
            }
            String[] fields = line.substring(0, dash).split(" ");
            String[] kind = line.substring(dash + 3).split(" ");
            Path root = Path.of(fields[3]);
            Path folder = Path.of(fields[4]);
            if (kind[0].equals("cgroup")) {
                Set<Controller> controllers = known(kind[2].split(","));
                if (!controllers.isEmpty()) {
                    String path = membership(own, controllers.iterator().next().wire());
                    found.add(new Mount(false, controllers, candidates(folder, root, path, false)));
                }
            } else if (kind[0].equals("cgroup2")) {
                Set<Controller> controllers = unifiedControllers(folder);
                if (!controllers.isEmpty()) {
                    found.add(new Mount(true, controllers, candidates(folder, root, membership(own, ""), true)));
                }
            }
        }
        found.sort((a, b) -> Boolean.compare(a.unified(), b.unified()));
        return new CgroupMounts(List.copyOf(found));
    }

    private static Set<Controller> known(String[] names) {
        Set<String> given = new HashSet<>(Arrays.asList(names));
        Set<Controller> known = EnumSet.noneOf(Controller.class);
        for (Controller controller : Controller.values()) {
            if (given.contains(controller.wire())) {
                known.add(controller);
            }
        }
        return known;
    }

    private static Set<Controller> unifiedControllers(Path folder) throws IOException {
        Path list = folder.resolve("cgroup.controllers");
        Set<Controller> controllers = Files.isReadable(list)
                ? known(Files.readString(list).strip().split(" "))
                : EnumSet.noneOf(Controller.class);
        if (!controllers.isEmpty()) {
            controllers.add(Controller.CPUACCT);
        }
        return controllers;
    }

    /** The path of this process's own group: {@code id:names:path}, the names empty in version 2. */
    private static String membership(List<String> own, String controller) {
        for (String line : own) {
            String[] parts = line.split(":", 3);
            if (parts.length == 3 && Arrays.asList(parts[1].split(",", -1)).contains(controller)) {
                return parts[2];
            }
        }
        return "/";
    }

    /**
     * Our own group first, so that whatever bounds the server bounds its boxes; then what is above it. In version 2 a
     * group with processes cannot have children with controllers, so there the parent mostly wins.
     */
    private static List<Path> candidates(Path folder, Path root, String membership, boolean unified) {
        Set<Path> candidates = new LinkedHashSet<>();
        Path path = Path.of(membership);
        Path own = path.startsWith(root) ? folder.resolve(root.relativize(path).toString()) : folder;
        if (Files.isDirectory(own)) {
            candidates.add(own.normalize());
            Path parent = own.normalize().getParent();
            if (unified && parent != null && parent.startsWith(folder)) {
                candidates.add(parent);
            }
        }
        candidates.add(folder);
        return List.copyOf(candidates);
    }
}
