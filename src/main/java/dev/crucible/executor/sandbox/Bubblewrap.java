package dev.crucible.executor.sandbox;

import dev.crucible.executor.SupervisorBinary;
import dev.crucible.executor.SupervisorBinary.Form;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The bubblewrap of this host, and the box that it builds.
 *
 * @param mounts what of the host its boxes show besides the runtime, read-only
 * @param supervisor what is pid 1 of its boxes
 */
record Bubblewrap(Path path, String version, List<Path> mounts, Form supervisor) {
    private static final long PATIENCE_SECONDS = 10;
    private static final List<String> NEEDED = List.of("--as-pid-1", "--size", "--perms", "--cap-add", "--clearenv");
    private static final List<String> SEARCHED = List.of("/usr/bin", "/usr/local/bin", "/bin");
    private static final List<String> DEVICES = List.of("null", "zero", "full", "random", "urandom");
    private static final List<String> HIDDEN_FOLDERS = List.of("/usr/local/etc");
    /** For the supervisor alone, over what is in its own namespaces: to make those of a run, and to drop all rights there. */
    private static final List<String> SUPERVISOR_RIGHTS = List.of("CAP_SYS_ADMIN", "CAP_SETPCAP");

    /** The first bubblewrap found that can do what a box needs. */
    static Optional<Bubblewrap> find() {
        Optional<Path> path = tool("bwrap");
        if (path.isEmpty()) {
            return Optional.empty();
        }
        String help = output(path.get(), "--help");
        String version = output(path.get(), "--version").replace("bubblewrap", "").strip();
        return NEEDED.stream().allMatch(help::contains)
                ? Optional.of(new Bubblewrap(path.get(), version, List.of(), Form.NATIVE))
                : Optional.empty();
    }

    /** The same, with boxes that show these too, where they exist. */
    Bubblewrap showing(List<Path> mounts) {
        return new Bubblewrap(path, version, mounts, supervisor);
    }

    /** The same, with boxes that this supervises. */
    Bubblewrap supervisedBy(Form form) {
        return new Bubblewrap(path, version, mounts, form);
    }

    /** A program in the host's own folders: never one that a variable points to. */
    static Optional<Path> tool(String name) {
        return SEARCHED.stream().map(folder -> Path.of(folder, name)).filter(Files::isExecutable).findFirst();
    }

    /** The command that builds a box around the supervisor; descriptors 3 to 9 are what launcher.sh opened. */
    List<String> command() {
        Words words = new Words();
        words.add(path.toString(), "--unshare-all", "--unshare-user");
        words.add("--new-session", "--die-with-parent", "--as-pid-1", "--clearenv", "--cap-drop", "ALL");
        SUPERVISOR_RIGHTS.forEach(right -> words.add("--cap-add", right));
        words.add("--uid", "1000", "--gid", "1000", "--hostname", "sandbox");
        runtime(words);
        // Before all that is ours, so that no mount can take its place.
        mounts.forEach(mount -> words.add("--ro-bind-try", mount.toString(), mount.toString()));
        words.add("--proc", "/proc");
        hide(words);
        devices(words);
        for (String folder : List.of("/work", "/tmp")) {
            words.add("--perms", "0755", "--dir", folder);
        }
        supervisor(words);
        return words.list;
    }

    private void supervisor(Words words) {
        boolean script = supervisor == Form.SCRIPT;
        String file = script ? "/crucible/supervisor.py" : "/crucible/supervisor";
        words.add("--perms", "0555", "--file", "4", file);
        if (!script) {
            words.add("--perms", "0555", "--file", "3", "/crucible/zygote.so");
            words.add("--perms", "0444", "--file", "9", "/crucible/python/sitecustomize.py");
        }
        words.add("--remount-ro", "/", "--chdir", "/work");
        if (script) {
            words.add(SupervisorBinary.INTERPRETER, "-I", "-S");
        }
        words.add(file);
    }

    /** What a program needs to run, and nothing else of the host's. */
    private static void runtime(Words words) {
        words.add("--ro-bind", "/usr", "/usr");
        for (String name : List.of("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")) {
            Path folder = Path.of(name);
            if (Files.isSymbolicLink(folder)) {
                words.add("--symlink", target(folder), name);
            } else if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                words.add("--ro-bind", name, name);
            }
        }
        words.add("--perms", "0755", "--dir", "/etc");
        words.add("--ro-bind-try", "/etc/alternatives", "/etc/alternatives");
        words.add("--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache");
        words.add("--perms", "0444", "--file", "5", "/etc/passwd");
        words.add("--perms", "0444", "--file", "6", "/etc/group");
        words.add("--perms", "0444", "--file", "7", "/etc/hosts");
        words.add("--perms", "0444", "--file", "8", "/etc/nsswitch.conf");
    }

    private static void hide(Words words) {
        for (String folder : HIDDEN_FOLDERS) {
            if (Files.isDirectory(Path.of(folder), LinkOption.NOFOLLOW_LINKS)) {
                words.add("--tmpfs", folder, "--remount-ro", folder);
            }
        }
    }

    /** No terminals among them: their number is bounded for the whole host, not for a box. */
    private static void devices(Words words) {
        words.add("--perms", "0755", "--tmpfs", "/dev");
        for (String device : DEVICES) {
            words.add("--dev-bind", "/dev/" + device, "/dev/" + device);
        }
        words.add("--symlink", "/proc/self/fd", "/dev/fd");
        words.add("--symlink", "/proc/self/fd/0", "/dev/stdin");
        words.add("--symlink", "/proc/self/fd/1", "/dev/stdout");
        words.add("--symlink", "/proc/self/fd/2", "/dev/stderr");
        words.add("--perms", "0755", "--dir", "/dev/shm");
        words.add("--remount-ro", "/dev");
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String output(Path program, String argument) {
        try {
            Process process = new ProcessBuilder(program.toString(), argument).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) ? text : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private static final class Words {
        private final List<String> list = new ArrayList<>();

        void add(String... words) {
            list.addAll(List.of(words));
        }
    }
}
