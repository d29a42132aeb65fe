package dev.crucible.bench;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/** The cgroups of a server's bubblewrap boxes, as the host shows them; none where the server can make none. */
final class Cgroups {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");

    private Cgroups() {}

    static List<Path> of(Server server) throws IOException {
        String name = "/crucible-" + server.instance() + "/";
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(ROOT, new LenientVisitor() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                if (folder.toString().contains(name)) {
                    found.add(folder);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return found;
    }
}
