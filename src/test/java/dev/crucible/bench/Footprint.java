package dev.crucible.bench;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What a server holds of the host's at one moment. */
final class Footprint {
    /** What is counted. */
    enum Thing {
        LIVE("live heap of the JVM after a full collection, KiB"),
        RESIDENT("resident memory of the JVM, MiB"),
        DESCRIPTORS("open descriptors of the JVM"),
        THREADS("threads of the JVM but HTTP's"),
        HTTP_THREADS("threads of HTTP"),
        PROCESSES("processes below it, PostgreSQL's apart"),
        CGROUPS("cgroups of its boxes"),
        CONTAINERS("containers"),
        MOUNTS("mounts of the host"),
        FILES("files below the data folder, PostgreSQL's apart");

        private final String title;

        Thing(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    private Footprint() {}

    /** @param docker what counts containers, if there are any to be counted */
    static Map<Thing, Long> of(Server server, Optional<Docker> docker) throws IOException {
        Path process = Path.of("/proc", Long.toString(server.handle().pid()));
        Map<Thing, Long> seen = new EnumMap<>(Thing.class);
        seen.put(Thing.LIVE, server.liveHeapKibibytes());
        seen.put(Thing.RESIDENT, server.residentMebibytes());
        seen.put(Thing.DESCRIPTORS, entries(process.resolve("fd")));
        long http = httpThreads(process.resolve("task"));
        seen.put(Thing.THREADS, entries(process.resolve("task")) - http);
        seen.put(Thing.HTTP_THREADS, http);
        seen.put(Thing.PROCESSES, server.guests().count());
        seen.put(Thing.CGROUPS, (long) Cgroups.of(server).size());
        if (docker.isPresent()) {
            seen.put(Thing.CONTAINERS, docker.get().containers(server.instance()));
        }
        seen.put(Thing.MOUNTS, (long) Files.readAllLines(process.resolve("mounts")).size());
        seen.put(Thing.FILES, files(server.home(), server.home().resolve("postgres")));
        return seen;
    }

    private static long httpThreads(Path tasks) throws IOException {
        try (Stream<Path> all = Files.list(tasks)) {
            return all.filter(task -> name(task).startsWith("http-")).count();
        }
    }

    /** Empty for a thread that has just ended. */
    private static String name(Path task) {
        try {
            return Files.readString(task.resolve("comm"));
        } catch (IOException e) {
            return "";
        }
    }

    private static long entries(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.count();
        }
    }

    private static long files(Path root, Path apart) throws IOException {
        long[] count = {0};
        Files.walkFileTree(root, new LenientVisitor() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return folder.equals(apart) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                count[0]++;
                return FileVisitResult.CONTINUE;
            }
        });
        return count[0];
    }
}
