package dev.crucible.executor.docker;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Finds the control groups of containers. Where the engine puts them is learnt from one container and holds for the
 * next, so that no run has to ask the engine for a pid. Thread-safe.
 */
final class Cgroups {
    private static final String ID = "{id}";

    private volatile Map<String, String> learnt = Map.of();

    /** @param pid of a process of the container, or 0 for none; asked for only when its place is not known yet */
    Cgroup of(String containerId, LongSupplier pid) {
        Map<String, Path> folders = known(containerId);
        if (folders.isEmpty()) {
            long process = pid.getAsLong();
            folders = process > 0 ? Cgroup.folders(process, containerId) : Map.of();
            Map<String, String> places = new HashMap<>();
            folders.forEach((controller, folder) ->
                    places.put(controller, folder.toString().replace(containerId, ID)));
            learnt = Map.copyOf(places);
        }
        return Cgroup.at(folders);
    }

    private Map<String, Path> known(String containerId) {
        Map<String, Path> folders = new HashMap<>();
        learnt.forEach((controller, place) -> {
            Path folder = Path.of(place.replace(ID, containerId));
            if (Files.isDirectory(folder)) {
                folders.put(controller, folder);
            }
        });
        return folders;
    }
}
