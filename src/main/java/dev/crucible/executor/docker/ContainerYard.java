package dev.crucible.executor.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.crucible.executor.BoxSetup;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.GuestUids;
import dev.crucible.executor.Language;
import dev.crucible.executor.Patience;
import dev.crucible.executor.PoolFigures;
import dev.crucible.executor.SupervisorBinary;
import dev.crucible.executor.pool.BoxPool;
import dev.crucible.executor.pool.Headroom;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Isolation;
import dev.crucible.platform.concurrent.Threads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where containers of one flavour are made, kept ready and taken away. Thread-safe. */
final class ContainerYard implements AutoCloseable {
    private static final Duration READY_WAIT = Duration.ofSeconds(30);
    private static final Duration END_WAIT = Duration.ofSeconds(60);
    private static final Duration END_POLL = Duration.ofMillis(20);
    private static final Duration CONNECT_WAIT = Duration.ofSeconds(5);
    /** A busy engine is slow; one that is silent for this long is of no use. */
    private static final Duration ANSWER_WAIT = Duration.ofSeconds(60);

    /** What the engine says of itself when its containers' ids are not the host's. */
    private static final Pattern FEW_IDS = Pattern.compile("name=(userns|rootless).*");

    private final Flavour flavour;
    private final ExecutorConfig config;
    private final DockerAddress address;
    private final DockerClient docker;
    private final Path runtime;
    private final @Nullable Language interpreter;
    private final ScheduledExecutorService timer;
    private final Removals removals;
    private final BoxPool<Shape, ContainerBox> pool;
    private final Patience patience;
    private final Cgroups cgroups = new Cgroups();
    private final AtomicLong made = new AtomicLong();
    /** How the names of all containers made here begin; no other yard's do. */
    private final String names;
    private @Nullable Uids uids;
    private boolean swept;
    private boolean runtimeThere;
    private final NamespaceSupport namespaces = new NamespaceSupport(System::nanoTime);
    private final Set<ContainerBox> open = ConcurrentHashMap.newKeySet();
    /** The names of containers that are being made or are open. */
    private final Set<String> standing = ConcurrentHashMap.newKeySet();
    /** By the name of a container that there is, or may be. */
    private final Map<String, Integer> uidsTaken = new ConcurrentHashMap<>();

    /** @param interpreter the language whose interpreter containers of its image load, or null for none */
    ContainerYard(
            Flavour flavour,
            ExecutorConfig config,
            DockerAddress address,
            @Nullable Language interpreter,
            Patience patience) {
        this.flavour = flavour;
        this.config = config;
        this.address = address;
        this.names = "crucible-" + config.instance() + "-" + flavour.engine() + "-"
                + Long.toString(System.nanoTime(), Character.MAX_RADIX) + "-";
        this.interpreter = interpreter;
        this.patience = patience;
        this.timer = Threads.scheduler(flavour.engine() + "-timer");
        this.runtime = config.folder().resolve(flavour.engine() + "-runtime").toAbsolutePath();
        DefaultDockerClientConfig settings = DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost(address.uri())
                .withDockerTlsVerify(false)
                .build();
        this.docker = DockerClientImpl.getInstance(settings, new ZerodepDockerHttpClient.Builder()
                .dockerHost(settings.getDockerHost())
                .maxConnections(2 * config.maxConcurrent() + 8)
                .connectionTimeout(CONNECT_WAIT)
                .responseTimeout(ANSWER_WAIT)
                .build());
        this.removals = new Removals(docker, flavour.engine() + "-removal");
        this.pool = new BoxPool<>(flavour.engine(), size(flavour, config), this::freshBox, patience);
    }

    /** None when nobody has asked for a while: what idles in a list of containers is a riddle to who reads it. */
    private static BoxPool.Size size(Flavour flavour, ExecutorConfig config) {
        int most = Math.min(2 * config.maxConcurrent(), Headroom.ofThisHost().boxes(flavour.idleMemory()));
        return config.warm() ? new BoxPool.Size(0, most, true) : BoxPool.Size.OFF;
    }

    Flavour flavour() {
        return flavour;
    }

    DockerAddress address() {
        return address;
    }

    DockerClient docker() {
        return docker;
    }

    /** Whether there is a socket to talk to; saves the client its loud tries. */
    boolean reachable() {
        return Files.isWritable(address.socket());
    }

    /** A container that is ready for a run: one that waits, or a new one. */
    ContainerBox box(Shape shape, Isolation isolation) {
        return pool.take(shape, isolation);
    }

    void giveBack(ContainerBox box) {
        pool.giveBack(box);
    }

    @Nullable PoolFigures figures() {
        return pool.figures();
    }

    /** Ends the container in a few seconds, unless what is returned is run before. */
    Runnable killLater(ContainerBox box) {
        try {
            ScheduledFuture<?> killing = timer.schedule(
                    box::kill, patience.of(READY_WAIT).toMillis(), TimeUnit.MILLISECONDS);
            return () -> killing.cancel(false);
        } catch (RejectedExecutionException closed) {
            box.kill();
            return () -> { };
        }
    }

    void closed(ContainerBox box) {
        open.remove(box);
        takeAway(box.name());
        pool.gone(box);
    }

    /**
     * A container that the pool does not know.
     *
     * @throws PlatformException {@code EXECUTOR_UNAVAILABLE} if the engine cannot make it
     */
    ContainerBox freshBox(Shape shape) {
        boolean tried = !flavour.ownKernel() && namespaces.worthATry();
        ContainerBox box = make(shape, tried);
        Runnable alive = killLater(box);
        try {
            BoxSetup setup = BoxSetup.of(
                    shape.loads() ? interpreter : null, shape.diskBytes(), flavour.rootSupervisor(tried) ? box.uid() : 0);
            boolean isolated = box.prepare(setup).isolated();
            if (isolated || !tried) {
                if (tried) {
                    namespaces.granted();
                }
                return box;
            }
        } catch (IOException e) {
            box.close();
            throw unavailable("The container's supervisor did not get ready", e);
        } finally {
            alive.run();
        }
        namespaces.refused();
        box.close();
        return freshBox(shape);
    }

    private ContainerBox make(Shape shape, boolean own) {
        int uid = uids().take();
        String name = names + made.incrementAndGet();
        standing.add(name);
        uidsTaken.put(name, uid);
        @Nullable AttachStream stream = null;
        try {
            provideRuntime();
            String id = new ContainerSpec(flavour, config.instance(), name, shape, uid, runtime, own)
                    .command(docker).exec().getId();
            stream = AttachStream.open(address, id);
            docker.startContainerCmd(id).exec();
            long allowed = shape.pids() + flavour.ownTasks();
            if (!flavour.ownKernel() && flavour.hostTasks(shape.pids()) > allowed) {
                // The runtime needed more to start it than the guest may have.
                docker.updateContainerCmd(id).withPidsLimit(allowed).exec();
            }
            Counters counters = new Counters(cgroups.of(id, () -> pid(id)));
            ContainerBox box = new ContainerBox(this, id, name, uid, stream, counters, rlimits(shape, counters), interpreter);
            open.add(box);
            return box;
        } catch (IOException | RuntimeException e) {
            if (stream != null) {
                stream.close();
            }
            // By name: whether it was made, and under which id, is not known when the answer got lost.
            takeAway(name);
            throw unavailable("The Docker engine could not make a container", e);
        }
    }

    private Map<String, Long> rlimits(Shape shape, Counters counters) {
        if (flavour.ownKernel()) {
            Map<String, Long> inside = new HashMap<>(Map.of("nproc", (long) shape.pids()));
            if (counters.seeCpu()) {
                // That kernel counts every runnable thread as running, so its figure grows faster than processors can work.
                inside.put("cpu_ms", 0L);
            }
            return Map.copyOf(inside);
        }
        // Where the host shows that it refused a process, the container's own limit is the better wall: it has evidence.
        return counters.seeDeniedForks() ? Map.of() : Map.of("nproc", shape.pids() + flavour.ownTasks());
    }

    /** Removes what a crashed predecessor left, if that has not worked yet. */
    synchronized void sweepOnce() {
        if (!swept) {
            sweep();
        }
    }

    /** Removes every container of this engine and this server that no box stands in: a predecessor's, or one that stuck. */
    synchronized void sweep() {
        if (!reachable()) {
            throw new PlatformException(
                    ErrorCode.EXECUTOR_UNAVAILABLE, "There is no Docker engine at " + address.uri() + ".");
        }
        Map<String, String> mine = Map.of(
                ContainerSpec.INSTANCE_LABEL, config.instance(), ContainerSpec.ENGINE_LABEL, flavour.engine());
        try {
            for (Container container : docker.listContainersCmd().withShowAll(true).withLabelFilter(mine).exec()) {
                String name = container.getNames()[0].substring(1);
                if (!standing.contains(name)) {
                    removals.remove(container.getId(), () -> freeUid(name));
                }
            }
        } catch (RuntimeException e) {
            throw unavailable("The Docker engine could not list its containers", e);
        }
        swept = true;
    }

    @Override
    public void close() {
        pool.close();
        List.copyOf(open).forEach(ContainerBox::close);
        awaitEnds();
        removals.close();
        timer.shutdownNow();
        try {
            docker.close();
        } catch (IOException e) {
            throw new PlatformException(ErrorCode.INTERNAL, "The connection to Docker did not close.", e);
        }
    }

    /** The engine may take its time to kill one, longer than who closed it waits; until it has there is nothing to remove. */
    private void awaitEnds() {
        long end = System.nanoTime() + END_WAIT.toNanos();
        try {
            while (!open.isEmpty() && System.nanoTime() < end) {
                Thread.sleep(END_POLL.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void provideRuntime() {
        if (!runtimeThere) {
            SupervisorBinary.writeInto(runtime);
            runtimeThere = true;
        }
    }

    private void takeAway(String name) {
        standing.remove(name);
        removals.remove(name, () -> freeUid(name));
    }

    private synchronized Uids uids() {
        if (uids == null) {
            uids = new Uids(flavour.uids().first(config.instance(), fewIds()), GuestUids.EACH);
        }
        return uids;
    }

    private boolean fewIds() {
        try {
            List<String> security = docker.infoCmd().exec().getSecurityOptions();
            return security != null && security.stream().anyMatch(option -> FEW_IDS.matcher(option).matches());
        } catch (RuntimeException e) {
            throw unavailable("The Docker engine does not tell about itself", e);
        }
    }

    private void freeUid(String name) {
        Integer uid = uidsTaken.remove(name);
        if (uid != null) {
            uids().giveBack(uid);
        }
    }

    private long pid(String id) {
        Long pid = docker.inspectContainerCmd(id).exec().getState().getPidLong();
        return pid == null ? 0 : pid;
    }

    private static PlatformException unavailable(String what, Exception cause) {
        String why = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage().strip();
        return new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, what + ": " + why, cause);
    }
}
