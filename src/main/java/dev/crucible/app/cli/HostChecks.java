package dev.crucible.app.cli;

import dev.crucible.app.CrucibleConfig;
import dev.crucible.app.HostFacts;
import dev.crucible.executor.Patience;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks at this machine, without a server. */
final class HostChecks {
    private static final int OLDEST_JAVA = 17;
    private static final long LITTLE_DISK = 200L << 20;
    private static final long ENOUGH_DISK = 1L << 30;
    private static final long ENOUGH_MEMORY = 1L << 30;
    private static final long COMMAND_SECONDS = 3;
    private static final double NOTABLY_SLOW = 1.5;
    private static final List<String> V1_CONTROLLERS = List.of("memory", "pids", "cpu", "cpuacct", "freezer");

    /** Where the sandbox engine takes its tools from, whatever PATH says. */
    private static final List<String> SEARCHED = List.of("/usr/bin", "/usr/local/bin", "/bin");

    private static final Pattern VERSION = Pattern.compile("\\d+(\\.\\d+)+");

    private final HostFacts host;

    HostChecks(HostFacts host) {
        this.host = host;
    }

    Check java() {
        int feature = Runtime.version().feature();
        String found = System.getProperty("java.version") + ", " + System.getProperty("java.vm.name");
        return feature >= OLDEST_JAVA
                ? Check.good("Java", found)
                : Check.bad("Java", found, "install a JDK 17 or newer and set JAVA_HOME to it");
    }

    Check platform() {
        String system = System.getProperty("os.name");
        String architecture = System.getProperty("os.arch");
        String found = system + " " + System.getProperty("os.version") + ", " + architecture;
        boolean supported = system.equals("Linux") && List.of("amd64", "aarch64").contains(architecture);
        return supported
                ? Check.good("Platform", found)
                : Check.bad("Platform", found, "Crucible runs on Linux on x86-64 or arm64");
    }

    Check size() {
        String found = host.cpus() + (host.cpus() == 1 ? " CPU, " : " CPUs, ") + Words.size(host.memoryBytes()) + " memory";
        return host.memoryBytes() >= ENOUGH_MEMORY
                ? Check.good("Machine", found)
                : Check.careful("Machine", found, "with less than 1 GiB of memory keep WORKERS and MAX_MEMORY low");
    }

    /** Whether the host answers as fast as others do, or waits for it are stretched. */
    static Check pace(Patience patience) {
        patience.calibrate();
        double factor = patience.factor();
        return factor < NOTABLY_SLOW
                ? Check.good("Pace", "as on an ordinary host")
                : Check.careful("Pace", String.format(
                        Locale.ROOT, "slow or busy now: waits for sandboxes are stretched by %.1f, no program's own time is",
                        factor), null);
    }

    /** Which limits the kernel's accounting can enforce for us. */
    Check cgroups() {
        Path root = Path.of("/sys/fs/cgroup");
        if (Files.exists(root.resolve("cgroup.controllers"))) {
            return cgroupsV2(root);
        }
        List<String> writable = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (String controller : V1_CONTROLLERS) {
            (Files.isWritable(root.resolve(controller)) ? writable : missing).add(controller);
        }
        if (writable.isEmpty()) {
            return Check.careful("cgroups", "none is writable here",
                    "limits fall back to rlimits for each process; run as root, or in a container with a writable cgroup");
        }
        String found = "v1, writable: " + String.join(", ", writable);
        return missing.isEmpty()
                ? Check.good("cgroups", found)
                : Check.careful("cgroups", found + "; not: " + String.join(", ", missing), null);
    }

    private static Check cgroupsV2(Path root) {
        String controllers = text(root.resolve("cgroup.controllers")).strip();
        Path own = root.resolve(text(Path.of("/proc/self/cgroup")).lines()
                .filter(line -> line.startsWith("0::/")).findFirst().orElse("0::/").substring("0::/".length()));
        boolean writable = Files.isWritable(root) || Files.isWritable(own);
        return writable
                ? Check.good("cgroups", "v2, writable: " + controllers)
                : Check.careful("cgroups", "v2, not writable for this user",
                        "run as root, or under `systemd-run --user --scope -p Delegate=yes`, for limits on whole runs");
    }

    /** The boxes of bubblewrap and of Docker make one as ordinary users, whoever the server is. */
    Check userNamespaces() {
        String most = text(Path.of("/proc/sys/user/max_user_namespaces")).strip();
        String cloning = text(Path.of("/proc/sys/kernel/unprivileged_userns_clone")).strip();
        String apparmor = text(Path.of("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")).strip();
        if (most.equals("0") || cloning.equals("0")) {
            return Check.careful("User namespaces", "switched off by the kernel's settings: sandbox needs them, also under"
                            + " root, and docker makes a container for each run without them",
                    "as root: sysctl -w user.max_user_namespaces=15000 kernel.unprivileged_userns_clone=1");
        }
        if (apparmor.equals("1")) {
            return Check.careful("User namespaces", "restricted by AppArmor",
                    "as root: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or a profile that lets bwrap make them");
        }
        return Check.good("User namespaces", "allowed to ordinary users, as boxes are");
    }

    Check bubblewrap() {
        return version("bwrap", "--version")
                .map(version -> Check.good("bubblewrap", version))
                .orElseGet(() -> Check.careful("bubblewrap", "not installed",
                        "the sandbox engine needs it: apt-get install bubblewrap (or dnf, apk, pacman, zypper)"));
    }

    Check dataFolder(Path home) {
        Path existing = home;
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        if (!Files.isDirectory(existing) || !Files.isWritable(existing)) {
            return Check.bad("Data folder", home + " cannot be written to", "set CRUCIBLE_HOME to a folder of your own");
        }
        try {
            long free = Files.getFileStore(existing).getUsableSpace();
            String found = home + (existing.equals(home) ? "" : " (not there yet)") + ", " + Words.size(free) + " free";
            if (free < LITTLE_DISK) {
                return Check.bad("Data folder", found, "free some space, or set CRUCIBLE_HOME to another disk");
            }
            return free < ENOUGH_DISK
                    ? Check.careful("Data folder", found, "that is little for a database")
                    : Check.good("Data folder", found);
        } catch (IOException e) {
            return Check.careful("Data folder", home + ", free space unknown", null);
        }
    }

    /** @param ours whether a Crucible answers there */
    Check port(CrucibleConfig config, boolean ours) {
        String address = config.host() + ":" + config.port();
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(config.host()), config.port()));
            return Check.good("Port", address + " is free");
        } catch (IOException e) {
            return ours
                    ? Check.good("Port", address + " is in use, by Crucible")
                    : Check.bad("Port", address + " is taken by another program", "choose another with PORT or --port");
        }
    }

    /** The first line of what a program prints, if it is where the engines look and answers soon. */
    private static Optional<String> version(String program, String argument) {
        for (String folder : SEARCHED) {
            Path file = Path.of(folder, program);
            if (Files.isExecutable(file)) {
                return run(file.toString(), argument).map(line -> program + " " + number(line));
            }
        }
        return Optional.empty();
    }

    /** The version number in a line such as {@code GNU bash, version 5.2.15(1)-release}. */
    private static String number(String line) {
        Matcher match = VERSION.matcher(line);
        return match.find() ? match.group() : "of unknown version";
    }

    private static Optional<String> run(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            boolean ended = process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS);
            if (!ended) {
                process.destroyForcibly();
                return Optional.empty();
            }
            try (InputStream out = process.getInputStream()) {
                String text = new String(out.readNBytes(4096), StandardCharsets.UTF_8);
                return text.lines().findFirst();
            }
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** A small file of the kernel's; empty when it is not there. */
    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }
}
