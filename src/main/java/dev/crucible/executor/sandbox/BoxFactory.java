package dev.crucible.executor.sandbox;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.concurrent.Threads;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds boxes, some of them ahead. A box in stock has joined its cgroups (milliseconds on a host that has not moved a
 * process lately), has its namespaces, mounts and supervisor, and has never run anything; it only lacks its limits.
 *
 * <p>One thread starts every process and lives as long as this: the kernel ties "die with the parent" to the thread
 * that forked, not to the process.
 */
final class BoxFactory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BoxFactory.class);
    /** Boxes get the uids and gids from here on, one each. */
    private static final int FIRST_UID = 61000;
    private static final int MAX_BOXES = 4000;
    private static final Duration BUILD_PATIENCE = Duration.ofSeconds(20);

    private final Bubblewrap bubblewrap;
    private final SandboxFiles files;
    private final CgroupDriver cgroups;
    private final @Nullable Path setpriv;
    private final long stockedDiskBytes;
    private final ExecutorService spawner = Executors.newSingleThreadExecutor(Threads.named("sandbox-spawner"));
    private final ScheduledExecutorService timer = Threads.scheduler("sandbox-timer");
    private final Set<SandboxBox> boxes = ConcurrentHashMap.newKeySet();
    // Guarded by this object's monitor, which is held for moments only.
    private final Deque<SandboxBox> stock = new ArrayDeque<>();
    private final BitSet slots = new BitSet();
    private int wantedStock;
    private long built;
    private boolean closed;

    /**
     * @param setpriv the tool that drops root, or null when the server is not root
     * @param stockedDiskBytes the size that boxes made ahead have
     */
    BoxFactory(
            Bubblewrap bubblewrap,
            SandboxFiles files,
            CgroupDriver cgroups,
            @Nullable Path setpriv,
            long stockedDiskBytes) {
        this.bubblewrap = bubblewrap;
        this.files = files;
        this.cgroups = cgroups;
        this.setpriv = setpriv;
        this.stockedDiskBytes = stockedDiskBytes;
    }

    /** A box whose supervisor is there. @throws PlatformException {@code EXECUTOR_UNAVAILABLE} */
    SandboxBox take(long diskBytes) {
        SandboxBox box = fromStock(diskBytes).orElseGet(() -> buildNow(diskBytes));
        ScheduledFuture<?> impatience = timer.schedule(box::kill, BUILD_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        try {
            box.awaitSupervisor();
            return box;
        } catch (PlatformException e) {
            box.close();
            throw e;
        } finally {
            impatience.cancel(false);
        }
    }

    /** Keeps so many boxes ahead from now on. */
    void keepStock(int count) {
        synchronized (this) {
            wantedStock = count;
        }
        refillLater();
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            stock.clear();
        }
        spawner.shutdown();
        try {
            spawner.awaitTermination(BUILD_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        List.copyOf(boxes).forEach(SandboxBox::close);
        timer.shutdownNow();
    }

    private Optional<SandboxBox> fromStock(long diskBytes) {
        if (diskBytes != stockedDiskBytes) {
            return Optional.empty();
        }
        SandboxBox found;
        List<SandboxBox> dead = new ArrayList<>();
        synchronized (this) {
            found = stock.poll();
            while (found != null && !found.alive()) {
                dead.add(found);
                found = stock.poll();
            }
        }
        dead.forEach(SandboxBox::close);
        refillLater();
        return Optional.ofNullable(found);
    }

    private SandboxBox buildNow(long diskBytes) {
        try {
            return spawner.submit(() -> build(diskBytes)).get();
        } catch (RejectedExecutionException e) {
            throw new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "The sandbox engine is stopping.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "The server is stopping.", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof PlatformException known
                    ? known
                    : new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "The sandbox could not be started: " + e.getCause(), e);
        }
    }

    private void refillLater() {
        try {
            spawner.execute(this::refill);
        } catch (RejectedExecutionException e) {
            LOG.atTrace().log("No box is made ahead any more: the engine is closed");
        }
    }

    /** One box at a time, so that a caller who waits for a box of another size is served in between. */
    private void refill() {
        synchronized (this) {
            if (closed || stock.size() >= wantedStock) {
                return;
            }
        }
        try {
            SandboxBox box = build(stockedDiskBytes);
            synchronized (this) {
                if (!closed) {
                    stock.add(box);
                }
            }
            refillLater();
        } catch (RuntimeException e) {
            // Nothing may escape: with the spawner's thread every box that it started would die.
            LOG.atWarn().setCause(e).log("A sandbox could not be made ahead; the next one is made when it is asked for");
        }
    }

    /** Runs on the spawner's thread. */
    private SandboxBox build(long diskBytes) {
        int slot = takeSlot();
        String name = "box-" + slot + "-" + built++;
        Cgroup cgroup = null;
        try {
            cgroup = cgroups.create(name);
            Path complaints = files.complaints(name);
            ProcessBuilder builder = new ProcessBuilder(command(slot, diskBytes, cgroup))
                    .directory(new File("/"))
                    .redirectError(complaints.toFile());
            builder.environment().clear();
            builder.environment().put("PATH", "/usr/bin:/bin");
            SandboxBox box = new SandboxBox(
                    slot, diskBytes, builder.start(), cgroup, cgroups.controllers(), complaints, this::closed);
            boxes.add(box);
            return box;
        } catch (IOException e) {
            if (cgroup == null || cgroup.remove()) {
                freeSlot(slot);
            }
            throw new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "The sandbox could not be started: " + e.getMessage(), e);
        }
    }

    private List<String> command(int slot, long diskBytes, Cgroup cgroup) {
        List<String> words = new ArrayList<>(List.of("/bin/sh", files.launcher().toString(), files.folder().toString()));
        words.addAll(cgroup.procsFiles());
        words.add("--");
        if (setpriv != null) {
            String uid = Integer.toString(FIRST_UID + slot);
            words.addAll(List.of(setpriv.toString(), "--reuid=" + uid, "--regid=" + uid, "--clear-groups"));
        }
        words.addAll(bubblewrap.command(diskBytes));
        return words;
    }

    private synchronized int takeSlot() {
        int slot = slots.nextClearBit(0);
        if (slot >= MAX_BOXES) {
            throw new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "There are too many sandboxes at once.");
        }
        slots.set(slot);
        return slot;
    }

    private synchronized void freeSlot(int slot) {
        slots.clear(slot);
    }

    private void closed(SandboxBox box) {
        boxes.remove(box);
        freeSlot(box.slot());
    }
}
