package dev.crucible.executor.attack;

import dev.crucible.kernel.EvaluationId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What the kernel and the file system of this host tell about what runs left. */
public final class HostLeftovers implements Leftovers {
    private static final Path PROC = Path.of("/proc");
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
    private static final List<String> IPC = List.of("shm", "msg", "sem");
    private static final int CGROUP_DEPTH = 10;
    /** The key under which attacks make what they leave, as the kernel prints it. */
    private static final String IPC_KEY = Integer.toString(0x4352);

    /** What attacks put into the names of what they make, so that it is theirs wherever it is found. */
    private static final String MARK = "crucible-attack";

    private final Path folder;
    private final String boxes;
    private final Supplier<List<String>> others;

    /**
     * @param folder the executor's
     * @param instance the executor's
     * @param others more that is left of a closed executor, such as containers
     */
    public HostLeftovers(Path folder, String instance, Supplier<List<String>> others) {
        this.folder = folder.toAbsolutePath();
        this.boxes = "crucible-" + instance;
        this.others = others;
    }

    @Override
    public List<String> ofRun(EvaluationId id) {
        List<String> left = new ArrayList<>();
        byte[] variable = ("EVAL_ID=" + id.value()).getBytes(StandardCharsets.US_ASCII);
        processes(process -> contains(bytes(process.resolve("environ")), variable))
                .forEach(process -> left.add("the process " + process));
        for (String kind : IPC) {
            lines(PROC.resolve("sysvipc").resolve(kind)).map(String::strip).filter(line -> line.startsWith(IPC_KEY + " "))
                    .forEach(line -> left.add("the System V object " + kind + " " + line));
        }
        lines(Path.of("/proc/self/mounts")).filter(line -> line.contains(MARK) || line.contains(id.value()))
                .forEach(line -> left.add("the mount " + line));
        lines(Path.of("/proc/net/unix")).filter(line -> line.contains(MARK))
                .forEach(line -> left.add("the socket " + line));
        files(file -> file.getFileName().toString().contains(id.value()))
                .forEach(file -> left.add("the file " + file));
        return left;
    }

    @Override
    public List<String> ofExecutor() {
        List<String> left = new ArrayList<>();
        processes(this::isOfABox).forEach(process -> left.add("the process " + process));
        cgroups().forEach(group -> left.add("the cgroup " + group));
        lines(Path.of("/proc/self/mounts")).filter(line -> line.contains(folder.toString()) || line.contains(boxes))
                .forEach(line -> left.add("the mount " + line));
        files(file -> file.startsWith(folder.resolve("spool")) || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                .forEach(file -> left.add("the file " + file));
        left.addAll(others.get());
        return left;
    }

    private boolean isOfABox(Path process) {
        return new String(bytes(process.resolve("cgroup")), StandardCharsets.ISO_8859_1).contains(boxes)
                || new String(bytes(process.resolve("cmdline")), StandardCharsets.ISO_8859_1).contains(boxes);
    }

    private static List<String> processes(Predicate<Path> wanted) {
        String self = Long.toString(ProcessHandle.current().pid());
        try (Stream<Path> all = Files.list(PROC)) {
            return all.filter(path -> path.getFileName().toString().matches("\\d+"))
                    .filter(path -> !path.getFileName().toString().equals(self))
                    .filter(wanted)
                    .map(path -> path.getFileName() + " "
                            + new String(bytes(path.resolve("cmdline")), StandardCharsets.ISO_8859_1).replace('\0', ' ').strip())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Path> cgroups() {
        List<Path> found = new ArrayList<>();
        walk(CGROUPS, CGROUP_DEPTH, path -> {
            if (path.getFileName() != null && path.getFileName().toString().startsWith(boxes)) {
                found.add(path);
            }
        }, path -> {});
        return found;
    }

    private List<Path> files(Predicate<Path> wanted) {
        List<Path> found = new ArrayList<>();
        walk(folder, Integer.MAX_VALUE, path -> {}, path -> {
            if (wanted.test(path)) {
                found.add(path);
            }
        });
        return found;
    }

    private interface Visit {
        void of(Path path);
    }

    /** Folders come and go under it, so what vanishes while it looks is passed over. */
    private static void walk(Path root, int depth, Visit folders, Visit files) {
        try {
            Files.walkFileTree(root, Set.of(), depth, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
                    folders.of(path);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
                    (attributes.isDirectory() ? folders : files).of(path);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path path, IOException e) {
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path path, IOException e) {
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<String> lines(Path file) {
        return new String(bytes(file), StandardCharsets.ISO_8859_1).lines();
    }

    /** Empty when it is gone or not ours to read. */
    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            return new byte[0];
        }
    }

    private static boolean contains(byte[] text, byte[] word) {
        return new String(text, StandardCharsets.ISO_8859_1).contains(new String(word, StandardCharsets.ISO_8859_1));
    }
}
