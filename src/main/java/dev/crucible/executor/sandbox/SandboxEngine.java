package dev.crucible.executor.sandbox;

import static java.util.Objects.requireNonNull;

import dev.crucible.executor.Box;
import dev.crucible.executor.BoxSetup;
import dev.crucible.executor.BoxProbe;
import dev.crucible.executor.BoxSpec;
import dev.crucible.executor.Engine;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.EngineStatus.LanguageStatus;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.GuestUids;
import dev.crucible.executor.Language;
import dev.crucible.executor.Languages;
import dev.crucible.executor.Patience;
import dev.crucible.executor.PoolFigures;
import dev.crucible.executor.SupervisorBinary;
import dev.crucible.executor.SupervisorBinary.Form;
import dev.crucible.executor.pool.BoxPool;
import dev.crucible.executor.pool.Headroom;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Isolation by bubblewrap: every namespace, an empty network, a read-only root with nothing of the host's but its
 * runtimes, size-capped memory file systems to write to, no capabilities, seccomp, cgroups where they can be written,
 * and under root a uid of its own for each box.
 */
public final class SandboxEngine implements Engine {
    private static final String NAME = "sandbox";
    /** Wait when nobody has asked for a while. */
    private static final int LEAST = 1;

    /** Warm runs and cold ones: for each as many as serve at once and as many that are tidied meanwhile, and a spare one. */
    private static final int KINDS = 2;

    /** What a box takes that waits with a loaded interpreter, and somewhat more. */
    private static final long BYTES_OF_A_BOX = 24L << 20;

    private final List<Language> languages;
    private final Optional<Form> supervisor;
    private final SandboxFiles files;
    private final Supplier<CgroupDriver> detect;
    private final List<Path> mounts;
    private final int firstUid;
    private final int cores = Runtime.getRuntime().availableProcessors();
    private final BoxPool.Size size;
    /** The names of the boxes that there are. */
    private final Set<String> open = ConcurrentHashMap.newKeySet();

    private Patience patience = new Patience();
    // Guarded by this object's monitor.
    private @Nullable CgroupDriver cgroups;
    private @Nullable BoxFactory boxes;
    private boolean expected;
    private boolean closed;

    /** Does no work yet: {@link #probe}, {@link #open} and {@link #sweep} do. */
    public SandboxEngine(ExecutorConfig config, Languages languages) {
        this(config, languages, () -> CgroupDriver.detect("crucible-" + config.instance()));
    }

    SandboxEngine(ExecutorConfig config, Languages languages, Supplier<CgroupDriver> detect) {
        this(config, languages, detect, SupervisorBinary.best());
    }

    /** @param supervisor what is pid 1 of every box; without one the engine is unavailable */
    SandboxEngine(ExecutorConfig config, Languages languages, Supplier<CgroupDriver> detect, Optional<Form> supervisor) {
        requireNonNull(config, "config is null");
        this.languages = languages.all();
        this.supervisor = supervisor;
        this.files = new SandboxFiles(config.folder().resolve(NAME), supervisor.orElse(Form.NATIVE));
        this.detect = detect;
        this.firstUid = GuestUids.SANDBOX.first(config.instance(), GuestUids.fewHere());
        int most = Math.max(2, Math.min(KINDS * (2 * config.maxConcurrent() + 1), Headroom.ofThisHost().boxes(BYTES_OF_A_BOX)));
        this.size = config.warm() ? new BoxPool.Size(LEAST, most, !scripted()) : BoxPool.Size.OFF;
        // The same for all: a box that was made ahead does not know its language yet.
        this.mounts = Stream.concat(
                        this.languages.stream().flatMap(language -> language.mounts().stream()), config.mounts().stream())
                .distinct().sorted().toList();
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
        if (supervisor.isEmpty()) {
            return unavailable(version, "This build has no sandbox supervisor for this machine, and the scripted one needs "
                    + SupervisorBinary.INTERPRETER + ".", SupervisorBinary.remedy() + "; or type: apt-get install -y python3");
        }
        if (root() && Bubblewrap.tool("setpriv").isEmpty()) {
            return unavailable(version, "There is no setpriv to drop root with.", "Type: apt-get install -y util-linux");
        }
        try {
            Map<String, LanguageStatus> found = BoxProbe.languages(this, languages, SandboxEngine::howToGet);
            expectTheFirst();
            return new EngineStatus(
                    NAME, true, "bubblewrap " + version, describe(), null, weaknesses(), found);
        } catch (PlatformException e) {
            return unavailable(version, e.getMessage(), remedy(e.getMessage()));
        }
    }

    @Override
    public Box open(BoxSpec spec) {
        return spec.ours() ? factory().fresh() : factory().take(spec.isolation());
    }

    @Override
    public synchronized void heed(Patience patience) {
        this.patience = requireNonNull(patience, "patience is null");
    }

    @Override
    public @Nullable PoolFigures pool() {
        BoxFactory made = made();
        return made == null ? null : made.figures();
    }

    @Override
    public void sweep() {
        BoxFactory made = made();
        if (made != null) {
            made.sweep();
        }
        cgroups().sweep(open);
        try {
            files.sweep(open);
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

    private synchronized @Nullable BoxFactory made() {
        return boxes;
    }

    /** As many as can do something at once, the first time that boxes are seen to work. */
    private void expectTheFirst() {
        BoxFactory factory = factory();
        synchronized (this) {
            if (expected) {
                return;
            }
            expected = true;
        }
        factory.expect(cores);
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
        try {
            files.write();
        } catch (IOException e) {
            throw new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "The sandbox's folder cannot be written: " + e.getMessage(), e);
        }
        Path setpriv = Bubblewrap.tool("setpriv").orElse(null);
        if (root() && setpriv == null) {
            throw new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "There is no setpriv to drop root with.");
        }
        Language interpreter = size.reuse() ? languages.stream().filter(Language::fork).findFirst().orElse(null) : null;
        BoxSetup setup = BoxSetup.of(interpreter, Limits.DEFAULTS.diskBytes(), 0);
        Bubblewrap supervised = bubblewrap.showing(mounts).supervisedBy(supervisor.orElse(Form.NATIVE));
        return new BoxFactory(supervised, files, cgroups(), root() ? setpriv : null, firstUid, setup, size, patience, open);
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
        if (scripted()) {
            weaknesses.add("This build has no native supervisor for this machine, so a scripted one is in use: every run gets"
                    + " a box of its own and pays for its interpreter's start, and none is warm. To get the native one: "
                    + SupervisorBinary.remedy() + ".");
        }
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

    private boolean scripted() {
        return supervisor.equals(Optional.of(Form.SCRIPT));
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
