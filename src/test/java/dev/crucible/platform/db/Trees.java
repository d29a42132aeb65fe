package dev.crucible.platform.db;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Copies of folders that cost no space. */
final class Trees {
    private Trees() {}

    /** Makes {@code target} a tree of hard links to the files of {@code source}, or of copies on another disk. */
    static void link(Path source, Path target) throws IOException {
        Files.createDirectories(target.getParent());
        List<Path> all;
        try (Stream<Path> tree = Files.walk(source)) {
            all = tree.toList();
        }
        for (Path path : all) {
            Path to = target.resolve(source.relativize(path).toString()).normalize();
            if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectories(to);
            } else if (!Files.isSymbolicLink(path)
                    && Files.getFileStore(path).equals(Files.getFileStore(target.getParent()))) {
                Files.createLink(to, path);
            } else {
                Files.copy(path, to, LinkOption.NOFOLLOW_LINKS);
            }
        }
    }
}
