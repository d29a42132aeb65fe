package dev.crucible.executor.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.SupervisorBinary;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Where containers of one flavour are made, kept ready and taken away. Thread-safe. */
final class ContainerYard implements AutoCloseable {
    private static final int MOST_BOXES = 1000;
    private static final int MOST_AHEAD = 4;
    private static final Duration CONNECT_WAIT = Duration.ofSeconds(5);
    /** A busy engine is slow; one that is silent for this long is of no use. */
    private static final Duration ANSWER_WAIT = Duration.ofSeconds(60);

    private final Flavour flavour;
    private final ExecutorConfig config;
    private final DockerAddress address;
    private final DockerClient docker;
    private final Path supervisor;
    private final Removals removals;
    private final Stock stock;
    private final Cgroups cgroups = new Cgroups();
    private final Uids uids;
    private final AtomicLong made = new AtomicLong();
    /** How the names of all containers made here begin; no other yard's do. */
    private final String names;
    private boolean swept;
    private boolean supervisorThere;
    private final Set<ContainerBox> open = ConcurrentHashMap.newKeySet();

    ContainerYard(Flavour flavour, ExecutorConfig config, DockerAddress address) {
        this.flavour = flavour;
        this.config = config;
        this.address = address;
        this.names = "crucible-" + config.instance() + "-" + flavour.engine() + "-"
                + Long.toString(System.nanoTime(), Character.MAX_RADIX) + "-";
        this.supervisor = config.folder().resolve(flavour.engine() + "-supervisor").toAbsolutePath();
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
        this.uids = new Uids(flavour.firstUid(), MOST_BOXES);
        this.stock = new Stock(
                flavour.engine() + "-stock", Math.min(MOST_AHEAD, config.maxConcurrent()), this::freshBox);
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

    /** A started container that nobody has used: one made ahead, or a new one. */
    ContainerBox box(Shape shape) {
        return stock.take(shape).orElseGet(() -> freshBox(shape));
    }

    /** @throws PlatformException {@code EXECUTOR_UNAVAILABLE} if the engine cannot make it */
    ContainerBox freshBox(Shape shape) {
        int uid = uids.take();
        String name = names + made.incrementAndGet();
        @Nullable AttachStream stream = null;
        try {
            provideSupervisor();
            String id = new ContainerSpec(flavour, config.instance(), name, shape, uid, supervisor)
                    .command(docker).exec().getId();
            stream = AttachStream.open(address, id);
            docker.startContainerCmd(id).exec();
            long allowed = shape.pids() + 1L;
            if (!flavour.ownKernel() && flavour.hostTasks(shape.pids()) > allowed) {
                // The runtime needed more to start it than the guest may have.
                docker.updateContainerCmd(id).withPidsLimit(allowed).exec();
            }
            return started(shape, uid, id, stream);
        } catch (IOException | RuntimeException e) {
            if (stream != null) {
                stream.close();
            }
            // By name: whether it was made, and under which id, is not known when the answer got lost.
            takeAway(name, uid);
            throw unavailable("The Docker engine could not make a container", e);
        }
    }

    private ContainerBox started(Shape shape, int uid, String id, AttachStream stream) {
        Counters counters = new Counters(cgroups.of(id, () -> pid(id)), flavour.ownKernel());
        ContainerBox box = new ContainerBox(docker, id, stream, counters, rlimits(shape, uid, counters), ended -> {
            open.remove(ended);
            takeAway(id, uid);
        });
        open.add(box);
        return box;
    }

    private Map<String, Long> rlimits(Shape shape, int uid, Counters counters) {
        if (flavour.ownKernel()) {
            Map<String, Long> inside = new HashMap<>(Map.of("uid", (long) uid, "nproc", (long) shape.pids()));
            if (counters.seeCpu()) {
                // That kernel counts every runnable thread as running, so its figure grows faster than processors can work.
                inside.put("cpu_ms", 0L);
            }
            return Map.copyOf(inside);
        }
        // Where the host shows that it refused a process, the container's own limit is the better wall: it has evidence.
        return counters.seeDeniedForks() ? Map.of() : Map.of("nproc", shape.pids() + 1L);
    }

    /** Removes what a crashed predecessor left, if that has not worked yet. */
    synchronized void sweepOnce() {
        if (swept) {
            return;
        }
        if (!reachable()) {
            throw new PlatformException(
                    ErrorCode.EXECUTOR_UNAVAILABLE, "There is no Docker engine at " + address.uri() + ".");
        }
        Map<String, String> mine = Map.of(
                ContainerSpec.INSTANCE_LABEL, config.instance(), ContainerSpec.ENGINE_LABEL, flavour.engine());
        try {
            for (Container container : docker.listContainersCmd().withShowAll(true).withLabelFilter(mine).exec()) {
                if (!madeHere(container)) {
                    removals.remove(container.getId(), () -> {});
                }
            }
        } catch (RuntimeException e) {
            throw unavailable("The Docker engine could not list its containers", e);
        }
        swept = true;
    }

    @Override
    public void close() {
        stock.close();
        List.copyOf(open).forEach(ContainerBox::close);
        removals.close();
        try {
            docker.close();
        } catch (IOException e) {
            throw new PlatformException(ErrorCode.INTERNAL, "The connection to Docker did not close.", e);
        }
    }

    private boolean madeHere(Container container) {
        return Arrays.stream(container.getNames()).anyMatch(name -> name.startsWith("/" + names));
    }

    private synchronized void provideSupervisor() throws IOException {
        if (!supervisorThere) {
            Files.createDirectories(config.folder());
            SupervisorBinary.writeTo(supervisor);
            supervisorThere = true;
        }
    }

    private void takeAway(String idOrName, int uid) {
        removals.remove(idOrName, () -> uids.giveBack(uid));
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
