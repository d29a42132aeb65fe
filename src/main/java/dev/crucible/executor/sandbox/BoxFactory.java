package dev.crucible.executor.sandbox;

import dev.crucible.executor.BoxSetup;
import dev.crucible.executor.GuestUids;
import dev.crucible.executor.Patience;
import dev.crucible.executor.PoolFigures;
import dev.crucible.executor.pool.BoxPool;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Isolation;
import dev.crucible.platform.concurrent.Threads;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
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
 * Builds boxes, most of them ahead. A box that waits has joined its cgroups (milliseconds on a host that has not moved a
 * process lately), has its supervisor, a loaded interpreter and a prepared run; it only lacks its limits.
 *
 * <p>One thread starts every process and lives as long as this: the kernel ties "die with the parent" to the thread
 * that forked, not to the process.
 */
final class BoxFactory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BoxFactory.class);
    private static final Duration BUILD_PATIENCE = Duration.ofSeconds(20);
    private static final Duration NEXT_PATIENCE = Duration.ofSeconds(5);
    /** All boxes are alike until a run's limits are put on one. */
    private static final String ONLY_SHAPE = "box";

    private final Bubblewrap bubblewrap;
    private final SandboxFiles files;
    private final CgroupDriver cgroups;
    private final @Nullable Path setpriv;
    private final int firstUid;
    private final BoxSetup setup;
    private final Patience patience;
    private final Set<String> open;
    private final BoxPool<String, SandboxBox> pool;
    private final ExecutorService spawner = Executors.newSingleThreadExecutor(Threads.named("sandbox-spawner"));
    private final ScheduledExecutorService timer = Threads.scheduler("sandbox-timer");
    private final Set<SandboxBox> boxes = ConcurrentHashMap.newKeySet();
    private final Set<SandboxBox> stuck = ConcurrentHashMap.newKeySet();
    /** Of a time of its own, so that no predecessor's box has the name of one of ours. */
    private final String names = "box-" + Long.toString(System.nanoTime(), Character.MAX_RADIX) + "-";
    // Guarded by this object's monitor, which is held for moments only.
    private final BitSet slots = new BitSet();
    // The spawner's own.
    private long built;

    /**
     * @param setpriv the tool that drops root, or null when the server is not root
     * @param firstUid boxes of a server that is root get the uids and gids from here on, one each
     * @param size of the pool
     * @param open gets the name of each box that there is, before there is anything of that name
     */
    BoxFactory(
            Bubblewrap bubblewrap,
            SandboxFiles files,
            CgroupDriver cgroups,
            @Nullable Path setpriv,
            int firstUid,
            BoxSetup setup,
            BoxPool.Size size,
            Patience patience,
            Set<String> open) {
        this.bubblewrap = bubblewrap;
        this.files = files;
        this.cgroups = cgroups;
        this.setpriv = setpriv;
        this.firstUid = firstUid;
        this.setup = setup;
        this.patience = patience;
        this.open = open;
        this.pool = new BoxPool<>("sandbox", size, shape -> fresh(), patience);
    }

    /** A box whose supervisor is ready. @throws PlatformException {@code EXECUTOR_UNAVAILABLE} */
    SandboxBox take(Isolation isolation) {
        return pool.take(ONLY_SHAPE, isolation);
    }

    /** A box that the pool does not know. @throws PlatformException {@code EXECUTOR_UNAVAILABLE} */
    SandboxBox fresh() {
        SandboxBox box = buildNow();
        Runnable alive = killLater(box, BUILD_PATIENCE);
        try {
            box.awaitSupervisor();
            return box;
        } catch (PlatformException e) {
            box.close();
            throw e;
        } finally {
            alive.run();
        }
    }

    /** Has so many made ahead. */
    void expect(int count) {
        pool.expect(ONLY_SHAPE, count);
    }

    void giveBack(SandboxBox box) {
        pool.giveBack(box);
    }

    @Nullable PoolFigures figures() {
        return pool.figures();
    }

    /** Ends the box in a few seconds, unless what is returned is run before. */
    Runnable killLater(SandboxBox box) {
        return killLater(box, NEXT_PATIENCE);
    }

    private Runnable killLater(SandboxBox box, Duration usual) {
        try {
            ScheduledFuture<?> killing = timer.schedule(box::kill, patience.of(usual).toMillis(), TimeUnit.MILLISECONDS);
            return () -> killing.cancel(false);
        } catch (RejectedExecutionException e) {
            box.kill();
            return () -> { };
        }
    }

    /** Takes away what did not go when its box was closed. */
    void sweep() {
        for (SandboxBox box : stuck) {
            if (box.takeAway() && stuck.remove(box)) {
                closed(box);
            }
        }
    }

    @Override
    public void close() {
        pool.close();
        spawner.shutdown();
        try {
            spawner.awaitTermination(BUILD_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        List.copyOf(boxes).forEach(SandboxBox::close);
        timer.shutdownNow();
    }

    private SandboxBox buildNow() {
        CompletableFuture<SandboxBox> built;
        try {
            built = CompletableFuture.supplyAsync(this::build, spawner);
        } catch (RejectedExecutionException e) {
            throw new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "The sandbox engine is stopping.", e);
        }
        try {
            return built.get();
        } catch (InterruptedException e) {
            // Nobody waits for it any more.
            built.thenAccept(SandboxBox::close);
            Thread.currentThread().interrupt();
            throw new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "The server is stopping.", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof PlatformException known
                    ? known
                    : new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "The sandbox could not be started: " + e.getCause(), e);
        }
    }

    /** Runs on the spawner's thread. */
    private SandboxBox build() {
        int slot = takeSlot();
        String name = names + slot + "-" + built++;
        open.add(name);
        Cgroup cgroup = null;
        try {
            cgroup = cgroups.create(name);
            Path complaints = files.complaints(name);
            ProcessBuilder builder = new ProcessBuilder(command(slot, cgroup))
                    .directory(new File("/"))
                    .redirectError(complaints.toFile());
            builder.environment().clear();
            builder.environment().put("PATH", "/usr/bin:/bin");
            SandboxBox box = new SandboxBox(
                    this, slot, name, builder.start(), cgroup, cgroups.controllers(), complaints, setup.interpreter(),
                    bubblewrap.supervisor());
            boxes.add(box);
            tell(box);
            return box;
        } catch (IOException e) {
            if (cgroup == null || cgroup.remove()) {
                freeSlot(slot);
            }
            // What is left of it is the next sweep's.
            open.remove(name);
            throw new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "The sandbox could not be started: " + e.getMessage(), e);
        }
    }

    /** What cannot be told is noticed by whoever waits for the supervisor. */
    private void tell(SandboxBox box) {
        try {
            setup.send(box.input());
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("A sandbox ended while it was built");
        }
    }

    private List<String> command(int slot, Cgroup cgroup) {
        List<String> words = new ArrayList<>(List.of("/bin/sh", files.launcher().toString(), files.folder().toString()));
        words.addAll(cgroup.procsFiles());
        words.add("--");
        if (setpriv != null) {
            String uid = Integer.toString(firstUid + slot);
            words.addAll(List.of(setpriv.toString(), "--reuid=" + uid, "--regid=" + uid, "--clear-groups"));
        }
        words.addAll(bubblewrap.command());
        return words;
    }

    private synchronized int takeSlot() {
        int slot = slots.nextClearBit(0);
        if (slot >= GuestUids.EACH) {
            throw new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "There are too many sandboxes at once.");
        }
        slots.set(slot);
        return slot;
    }

    private synchronized void freeSlot(int slot) {
        slots.clear(slot);
    }

    void closed(SandboxBox box) {
        boxes.remove(box);
        open.remove(box.name());
        freeSlot(box.slot());
        pool.gone(box);
    }

    /** A box was closed and is not gone. */
    void stuck(SandboxBox box) {
        stuck.add(box);
        boxes.remove(box);
        pool.gone(box);
    }
}
