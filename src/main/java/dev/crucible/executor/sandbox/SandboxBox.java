package dev.crucible.executor.sandbox;

import dev.crucible.executor.BoxSetup;
import dev.crucible.executor.Evidence;
import dev.crucible.executor.Language;
import dev.crucible.executor.SupervisorBinary.Form;
import dev.crucible.executor.pool.PooledBox;
import dev.crucible.executor.sandbox.CgroupDriver.Controller;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.platform.concurrent.Threads;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A bubblewrap process with the supervisor inside, and the cgroup around both. */
final class SandboxBox implements PooledBox {
    private static final Logger LOG = LoggerFactory.getLogger(SandboxBox.class);
    private static final int BUFFER = 1 << 16;
    private static final int MAX_COMPLAINT = 500;
    private static final long END_PATIENCE_SECONDS = 3;
    /** The process and its cgroup have this long together, and more. */
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);
    /** bubblewrap's monitor and the supervisor. */
    private static final int OUR_PROCESSES = 2;

    private final BoxFactory factory;
    private final int slot;
    private final String name;
    private final Process process;
    private final Cgroup cgroup;
    private final Set<Controller> controllers;
    private final Path complaints;
    private final InputStream output;
    private final @Nullable Language interpreter;
    private final Form form;
    private final AtomicBoolean closed = new AtomicBoolean();
    private Map<String, Long> rlimits = Map.of();
    private boolean supervised;
    private boolean loaded;
    private @Nullable ScriptClock script;
    private int runs;

    SandboxBox(
            BoxFactory factory,
            int slot,
            String name,
            Process process,
            Cgroup cgroup,
            Set<Controller> controllers,
            Path complaints,
            @Nullable Language interpreter,
            Form form) {
        this.factory = factory;
        this.slot = slot;
        this.name = name;
        this.process = process;
        this.cgroup = cgroup;
        this.controllers = controllers;
        this.complaints = complaints;
        this.interpreter = interpreter;
        this.form = form;
        this.output = new BufferedInputStream(process.getInputStream(), BUFFER);
    }

    /** The box's number, free again once it is closed. */
    int slot() {
        return slot;
    }

    /** Of its cgroup and its files; no other box's of this server. */
    String name() {
        return name;
    }

    @Override
    public int runs() {
        return runs;
    }

    @Override
    public boolean alive() {
        return process.isAlive();
    }

    /** Waits until the supervisor can take a run, so that what the box itself costs is known before a guest comes. */
    void awaitSupervisor() {
        if (supervised) {
            return;
        }
        try {
            BoxSetup.awaitReady(output);
            BoxSetup.Ready ready = BoxSetup.awaitReady(output);
            if (form == Form.NATIVE && !ready.isolated()) {
                throw new IOException("the kernel gave its supervisor no namespaces for the runs");
            }
            loaded = ready.fork();
            supervised = true;
        } catch (IOException e) {
            throw broken("bubblewrap could not build the sandbox: " + e.getMessage() + "; " + complaint(), e);
        }
    }

    @Override
    public OutputStream input() {
        return process.getOutputStream();
    }

    @Override
    public InputStream output() {
        return output;
    }

    @Override
    public boolean forks(Language language) {
        return loaded && language.equals(interpreter);
    }

    @Override
    public void begin(Limits limits) {
        // A native supervisor makes an init for each run.
        int ours = OUR_PROCESSES + (form == Form.NATIVE ? 1 : 0) + (loaded ? 1 : 0);
        runs++;
        script = form == Form.SCRIPT ? ScriptClock.start(process) : null;
        try {
            cgroup.limit(limits, ours);
        } catch (IOException e) {
            throw broken("The limits of a sandbox could not be set: " + e.getMessage(), e);
        }
        Map<String, Long> inside = new LinkedHashMap<>();
        if (!controllers.contains(Controller.MEMORY)) {
            inside.put("data", limits.memoryBytes());
        }
        if (!controllers.contains(Controller.PIDS)) {
            inside.put("nproc", (long) limits.pids() + ours);
        }
        rlimits = Map.copyOf(inside);
    }

    @Override
    public Map<String, Long> rlimits() {
        return rlimits;
    }

    @Override
    public @Nullable Long cpuMillis() {
        return guests(cgroup.cpuMillis());
    }

    @Override
    public void hurry() {
        try {
            cgroup.freeCpu();
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("A sandbox that is to end keeps its share of CPU");
        }
    }

    /** bubblewrap's end is the supervisor's, and with pid 1 the kernel ends all others; the cgroup is the second hand. */
    @Override
    public void kill() {
        process.destroyForcibly();
        cgroup.killAll();
    }

    @Override
    public Evidence evidence() {
        Evidence all = cgroup.evidence();
        return new Evidence(all.oomKilled(), all.forksDenied(), guests(all.cpuMillis()), all.peakMemoryBytes());
    }

    /** The native supervisor's own share is too little to tell. */
    private @Nullable Long guests(@Nullable Long cpuMillis) {
        ScriptClock clock = script;
        return cpuMillis == null || clock == null ? cpuMillis : Long.valueOf(Math.max(0, cpuMillis - clock.millis()));
    }

    @Override
    public boolean awaitNext() {
        Runnable patience = factory.killLater(this);
        try {
            boolean ready = !BoxSetup.awaitReady(output).spent();
            cgroup.trim();
            return ready;
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("A sandbox did not get ready again and is destroyed");
            return false;
        } finally {
            patience.run();
        }
    }

    @Override
    public void release() {
        factory.giveBack(this);
    }

    /** Not cut short by an interrupt: whoever is told to stop while a box goes away would leave it half gone. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            Threads.uninterrupted("sandbox-end", CLOSE_PATIENCE, this::end);
        }
    }

    private void end() {
        process.destroyForcibly();
        boolean gone = takeAway();
        closeStreams();
        if (gone) {
            factory.closed(this);
        } else {
            LOG.atError().addKeyValue("slot", slot).log("A sandbox did not go away; its slot is not used until a sweep removes it");
            factory.stuck(this);
        }
    }

    /** Removes what there is of a box that was closed. False if something is still there. */
    boolean takeAway() {
        boolean gone = awaitEnd() && cgroup.remove();
        try {
            Files.deleteIfExists(complaints);
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("A sandbox's file could not be removed; the next sweep does");
        }
        return gone;
    }

    private boolean awaitEnd() {
        try {
            return process.waitFor(END_PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return !process.isAlive();
        }
    }

    private void closeStreams() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            LOG.atTrace().setCause(e).log("The supervisor's input was closed from the other side");
        }
        try {
            output.close();
        } catch (IOException e) {
            LOG.atTrace().setCause(e).log("The supervisor's output was closed from the other side");
        }
    }

    private static PlatformException broken(String detail, Throwable cause) {
        return new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, detail, cause);
    }

    private String complaint() {
        try {
            String text = Files.readString(complaints).strip();
            return text.isEmpty() ? "bubblewrap said nothing" : text.substring(0, Math.min(text.length(), MAX_COMPLAINT));
        } catch (IOException e) {
            return "its words cannot be read";
        }
    }
}
