package dev.crucible.executor.sandbox;

import dev.crucible.executor.Box;
import dev.crucible.executor.Evidence;
import dev.crucible.executor.sandbox.CgroupDriver.Controller;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A bubblewrap process with the supervisor inside, and the cgroup around both. */
final class SandboxBox implements Box {
    private static final Logger LOG = LoggerFactory.getLogger(SandboxBox.class);
    private static final int FRAME_HEADER = 5;
    private static final int MAX_COMPLAINT = 500;
    private static final long END_PATIENCE_SECONDS = 3;

    private final int slot;
    private final long diskBytes;
    private final Process process;
    private final Cgroup cgroup;
    private final Set<Controller> controllers;
    private final Path complaints;
    private final Consumer<SandboxBox> onClose;
    private final PushbackInputStream output;
    private final AtomicBoolean closed = new AtomicBoolean();
    private Map<String, Long> rlimits = Map.of();

    SandboxBox(
            int slot,
            long diskBytes,
            Process process,
            Cgroup cgroup,
            Set<Controller> controllers,
            Path complaints,
            Consumer<SandboxBox> onClose) {
        this.slot = slot;
        this.diskBytes = diskBytes;
        this.process = process;
        this.cgroup = cgroup;
        this.controllers = controllers;
        this.complaints = complaints;
        this.onClose = onClose;
        this.output = new PushbackInputStream(process.getInputStream(), FRAME_HEADER);
    }

    /** The box's number, free again once it is closed. */
    int slot() {
        return slot;
    }

    long diskBytes() {
        return diskBytes;
    }

    boolean alive() {
        return process.isAlive();
    }

    /** Waits for the supervisor's first word, so that what the box itself costs is known before a guest comes. */
    void awaitSupervisor() {
        try {
            byte[] first = output.readNBytes(FRAME_HEADER);
            if (first.length < FRAME_HEADER) {
                throw broken("bubblewrap could not build the sandbox: " + complaint(), null);
            }
            output.unread(first);
        } catch (IOException e) {
            throw broken("The sandbox broke while it was built: " + complaint(), e);
        }
    }

    /** Puts a run's limits in force. */
    void dedicate(Limits limits) {
        try {
            cgroup.limit(limits);
        } catch (IOException e) {
            throw broken("The limits of a sandbox could not be set: " + e.getMessage(), e);
        }
        Map<String, Long> inside = new LinkedHashMap<>();
        if (!controllers.contains(Controller.MEMORY)) {
            inside.put("data", limits.memoryBytes());
        }
        if (!controllers.contains(Controller.PIDS)) {
            inside.put("nproc", limits.pids() + 1L);
        }
        rlimits = Map.copyOf(inside);
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
    public Map<String, Long> rlimits() {
        return rlimits;
    }

    @Override
    public @Nullable Long cpuMillis() {
        return cgroup.cpuMillis();
    }

    /** bubblewrap's end is the supervisor's, and with pid 1 the kernel ends all others; the cgroup is the second hand. */
    @Override
    public void kill() {
        process.destroyForcibly();
        cgroup.killAll();
    }

    @Override
    public Evidence evidence() {
        return cgroup.evidence();
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        process.destroyForcibly();
        boolean gone = awaitEnd();
        closeStreams();
        gone &= cgroup.remove();
        try {
            Files.deleteIfExists(complaints);
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("A sandbox's file could not be removed; the next start does");
        }
        if (!gone) {
            LOG.atError().addKeyValue("slot", slot).log("A sandbox did not go away, so its slot is not used again");
            return;
        }
        onClose.accept(this);
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

    private static PlatformException broken(String detail, @Nullable Throwable cause) {
        return cause == null
                ? new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, detail)
                : new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, detail, cause);
    }

    private String complaint() {
        try {
            String text = Files.readString(complaints).strip();
            return text.isEmpty() ? "it said nothing" : text.substring(0, Math.min(text.length(), MAX_COMPLAINT));
        } catch (IOException e) {
            return "its words cannot be read";
        }
    }
}
