package dev.crucible.executor.sandbox;

import static java.util.Objects.requireNonNull;

import dev.crucible.executor.Box;
import dev.crucible.executor.BoxProbe;
import dev.crucible.executor.BoxSpec;
import dev.crucible.executor.Engine;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.EngineStatus.LanguageStatus;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.Language;
import dev.crucible.executor.Languages;
import dev.crucible.executor.SupervisorBinary;
import dev.crucible.executor.sandbox.CgroupDriver.Controller;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Limits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Isolation by bubblewrap: every namespace, an empty network, a read-only root with nothing of the host's but its
 * runtimes, size-capped memory file systems to write to, no capabilities, seccomp, cgroups where they can be written,
 * and under root a uid of its own for each box.
 */
public final class SandboxEngine implements Engine {
    private static final String NAME = "sandbox";
    /** Fewer would wait for each other: a box is milliseconds of the kernel's patience in the making, not of work. */
    private static final int SMALLEST_STOCK = 4;

    private static final int LARGEST_STOCK = 16;

    private final List<Language> languages;
    private final SandboxFiles files;
    private final Supplier<CgroupDriver> detect;
    private final int stock;
    // Guarded by this object's monitor.
    private @Nullable CgroupDriver cgroups;
    private @Nullable BoxFactory boxes;
    private boolean closed;

    /** Does no work yet: {@link #probe}, {@link #open} and {@link #sweep} do. */
    public SandboxEngine(ExecutorConfig config, Languages languages) {
        this(config, languages, () -> CgroupDriver.detect("crucible-" + config.instance()));
    }

    SandboxEngine(ExecutorConfig config, Languages languages, Supplier<CgroupDriver> detect) {
        requireNonNull(config, "config is null");
        this.languages = languages.all();
        this.files = new SandboxFiles(config.folder().resolve(NAME));
        this.detect = detect;
        int cores = Runtime.getRuntime().availableProcessors();
        this.stock = Math.min(config.maxConcurrent(), Math.max(SMALLEST_STOCK, Math.min(2 * cores, LARGEST_STOCK)));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public EngineStatus probe() {
        Optional<Bubblewrap> bubblewrap = Bubblewrap.find();
        String version = bubblewrap.map(Bubblewrap::version).orElse(null);
        if (bubblewrap.isEmpty()) {
            return unavailable(null, "No bubblewrap of version 0.5 or later is installed.", "Type: apt-get install -y bubblewrap");
        }
        if (!SupervisorBinary.available()) {
            return unavailable(version, "This build has no sandbox supervisor for this machine.", SupervisorBinary.remedy());
        }
        if (root() && Bubblewrap.tool("setpriv").isEmpty()) {
            return unavailable(version, "There is no setpriv to drop root with.", "Type: apt-get install -y util-linux");
        }
        try {
            Map<String, LanguageStatus> found = BoxProbe.languages(this, languages, SandboxEngine::howToGet);
            factory().keepStock(stock);
            return new EngineStatus(
                    NAME, true, "bubblewrap " + version, describe(), null, weaknesses(), found);
        } catch (PlatformException e) {
            return unavailable(version, e.getMessage(), remedy(e.getMessage()));
        }
    }

    @Override
    public Box open(BoxSpec spec) {
        SandboxBox box = factory().take(spec.limits().diskBytes());
        try {
            box.dedicate(spec.limits());
            return box;
        } catch (PlatformException e) {
            box.close();
            throw e;
        }
    }

    @Override
    public void sweep() {
        cgroups().sweep();
        try {
            files.sweep();
        } catch (IOException e) {
            throw new UncheckedIOException("The sandbox's folder cannot be swept", e);
        }
    }

    @Override
    public void close() {
        BoxFactory open;
        CgroupDriver made;
        synchronized (this) {
            closed = true;
            open = boxes;
            made = cgroups;
        }
        if (open != null) {
            open.close();
        }
        if (made != null) {
            made.close();
        }
    }

    private synchronized CgroupDriver cgroups() {
        if (cgroups == null) {
            cgroups = detect.get();
        }
        return cgroups;
    }

    private synchronized BoxFactory factory() {
        if (closed) {
            throw new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "The sandbox engine is closed.");
        }
        if (boxes == null) {
            boxes = makeFactory();
        }
        return boxes;
    }

    private BoxFactory makeFactory() {
        Bubblewrap bubblewrap = Bubblewrap.find().orElseThrow(() ->
                new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "bubblewrap is not installed."));
        byte[] seccomp = SeccompFilter.forArchitecture(System.getProperty("os.arch")).orElseThrow(() ->
                new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "There is no system call filter for this machine."));
        try {
            files.write(seccomp);
        } catch (IOException e) {
            throw new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "The sandbox's folder cannot be written: " + e.getMessage(), e);
        }
        Path setpriv = Bubblewrap.tool("setpriv").orElse(null);
        if (root() && setpriv == null) {
            throw new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "There is no setpriv to drop root with.");
        }
        return new BoxFactory(bubblewrap, files, cgroups(), root() ? setpriv : null, Limits.DEFAULTS.diskBytes());
    }

    private String describe() {
        Set<Controller> held = cgroups().controllers();
        return "bubblewrap with all namespaces, seccomp"
                + (root() ? ", a uid for each box" : "")
                + (held.isEmpty() ? " and no cgroups." : " and cgroups for "
                        + String.join(", ", held.stream().map(Controller::wire).toList()) + ".");
    }

    private List<String> weaknesses() {
        Set<Controller> held = cgroups().controllers();
        List<String> weaknesses = new ArrayList<>();
        if (!held.contains(Controller.MEMORY)) {
            weaknesses.add("No memory cgroup can be written: memory is limited for each process, not for all together,"
                    + " and running out of it shows as the program's own error.");
        }
        if (!held.contains(Controller.PIDS)) {
            weaknesses.add("No pids cgroup can be written: processes are limited by RLIMIT_NPROC, and a program that"
                    + " fails while it has as many as it may is taken to have been refused one.");
        }
        if (!held.contains(Controller.CPU)) {
            weaknesses.add("No cpu cgroup can be written: a program may use every processor until its CPU time is used up.");
        }
        if (!held.contains(Controller.CPUACCT)) {
            weaknesses.add("No cgroup accounts for CPU: children that a program never waits for are missing from its CPU time.");
        }
        if (!root()) {
            weaknesses.add("The server is not root: boxes run under its own uid instead of one each.");
        }
        return weaknesses;
    }

    private static EngineStatus unavailable(@Nullable String version, String detail, String remedy) {
        return new EngineStatus(
                NAME, false, version == null ? null : "bubblewrap " + version, detail, remedy, List.of(), Map.of());
    }

    private static String howToGet(Language language) {
        String apt = language.packages().get("apt");
        return apt == null ? "Install " + language.title() + " below /usr on this host" : "Type: apt-get install -y " + apt;
    }

    private static String remedy(String complaint) {
        if (complaint.contains("proc")) {
            return "In a container, start it with --security-opt seccomp=unconfined --security-opt systempaths=unconfined"
                    + " --security-opt apparmor=unconfined, or use an engine outside it";
        }
        if (complaint.contains("namespace") || complaint.contains("uid map") || complaint.contains("not permitted")) {
            return "Allow user namespaces: sysctl -w kernel.unprivileged_userns_clone=1 on Debian, sysctl -w"
                    + " kernel.apparmor_restrict_unprivileged_userns=0 on Ubuntu; in a container, start it with"
                    + " --security-opt seccomp=unconfined --security-opt systempaths=unconfined";
        }
        return "Run bwrap --unshare-all --ro-bind / / true as the server's user and fix what it names";
    }

    private static boolean root() {
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
