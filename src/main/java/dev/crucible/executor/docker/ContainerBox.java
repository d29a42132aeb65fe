package dev.crucible.executor.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.crucible.executor.BoxSetup;
import dev.crucible.executor.Evidence;
import dev.crucible.executor.Language;
import dev.crucible.executor.pool.PooledBox;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.platform.concurrent.Threads;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A started container. Thread-safe, but for its streams, which one reader and one writer may use. */
final class ContainerBox implements PooledBox {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerBox.class);
    private static final long SIGKILLED = 137;
    /** The engine hears of the end of a container a little after its streams have ended. */
    private static final Duration EXIT_WAIT = Duration.ofSeconds(10);
    /** The news of an out-of-memory kill may come later than the news of the end. */
    private static final Duration OOM_NEWS_WAIT = Duration.ofSeconds(2);

    private static final Duration POLL = Duration.ofMillis(5);

    /** Killing it is one request to the engine; who waits for more than that is not told of it. */
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(30);

    private static final int BUFFER = 1 << 16;
    private static final int ONE_CPU = 1000;

    private final ContainerYard yard;
    private final DockerClient docker;
    private final String id;
    private final String name;
    private final int uid;
    private final AttachStream stream;
    private final Counters counters;
    private final Map<String, Long> rlimits;
    private final @Nullable Language interpreter;
    private final InputStream output = new BufferedInputStream(new Output(), BUFFER);
    private final OutputStream input = new Input();
    private final AtomicBoolean closed = new AtomicBoolean();
    private BoxSetup.Ready ready = new BoxSetup.Ready(false, false, true);
    private int runs;
    private volatile boolean killed;
    private volatile boolean hungUp;
    /** Whether the supervisor ended and nobody had asked it to. */
    private volatile boolean vanished;
    private boolean ranOutOfMemory;
    private volatile boolean hurried;
    /** Of CPU, in thousandths of one. */
    private volatile int share;

    ContainerBox(
            ContainerYard yard,
            String id,
            String name,
            int uid,
            AttachStream stream,
            Counters counters,
            Map<String, Long> rlimits,
            @Nullable Language interpreter) {
        this.yard = yard;
        this.docker = yard.docker();
        this.id = id;
        this.name = name;
        this.uid = uid;
        this.stream = stream;
        this.counters = counters;
        this.rlimits = rlimits;
        this.interpreter = interpreter;
    }

    /** No other container's. */
    String name() {
        return name;
    }

    int uid() {
        return uid;
    }

    @Override
    public int runs() {
        return runs;
    }

    String id() {
        return id;
    }

    /** Tells the supervisor what its runs have in common, and waits until it can take one. */
    BoxSetup.Ready prepare(BoxSetup setup) throws IOException {
        setup.send(input);
        BoxSetup.awaitReady(output);
        ready = BoxSetup.awaitReady(output);
        return ready;
    }

    @Override
    public boolean alive() {
        return !counters.gone();
    }

    @Override
    public OutputStream input() {
        return input;
    }

    @Override
    public InputStream output() {
        return output;
    }

    @Override
    public boolean forks(Language language) {
        return ready.fork() && language.equals(interpreter);
    }

    /** The limits are the container's own. */
    @Override
    public void begin(Limits limits) {
        runs++;
        share = limits.cpuMillis();
        counters.begin();
    }

    @Override
    public Map<String, Long> rlimits() {
        return rlimits;
    }

    @Override
    public @Nullable Long cpuMillis() {
        return counters.cpuMillis();
    }

    /** A container's limits are its own, so this one serves nobody else. */
    @Override
    public void hurry() {
        if (share >= ONE_CPU) {
            return; // its share is large enough for all of it to get a turn
        }
        hurried = true;
        if (counters.freeCpu()) {
            return; // runtimes without an update command, gVisor's among them, leave no other way
        }
        Threads.daemon("container-hurry", this::freeCpu).start();
    }

    private void freeCpu() {
        try {
            docker.updateContainerCmd(id).withCpuQuota(ContainerSpec.wholeMachine()).exec();
        } catch (RuntimeException e) {
            LOG.atDebug().addKeyValue("container", id).setCause(e).log("A container that is to end keeps its share of CPU");
        }
    }

    @Override
    public void kill() {
        if (killed) {
            return;
        }
        killed = true;
        counters.read();
        end();
    }

    @Override
    public Evidence evidence() {
        if (!vanished && !killed && !hungUp) {
            counters.read();
        }
        Evidence counted = counters.last();
        ranOutOfMemory |= counted.oomKilled();
        if (counted.oomKilled() || (counters.complete() && !vanished)) {
            return counted;
        }
        ContainerState state = ended();
        boolean oomKilled = state != null && endedByMemory(state);
        ranOutOfMemory |= oomKilled;
        return new Evidence(oomKilled, counted.forksDenied(), counted.cpuMillis(), counted.peakMemoryBytes());
    }

    /** The engine tells once for all that memory ran out in a container, so one where it did serves no other run. */
    @Override
    public boolean awaitNext() {
        if (ranOutOfMemory || hurried) {
            return false;
        }
        Runnable patience = yard.killLater(this);
        try {
            ready = BoxSetup.awaitReady(output);
            return !ready.spent();
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("container", id).setCause(e).log("A container did not get ready again and is removed");
            return false;
        } finally {
            patience.run();
        }
    }

    @Override
    public void release() {
        yard.giveBack(this);
    }

    /** Not cut short by an interrupt: it would cut the request to the engine, and the container would go on. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            Threads.uninterrupted("container-end", CLOSE_PATIENCE, this::destroy);
        }
    }

    private void destroy() {
        // A supervisor whose input has ended ends by itself, and with it every process in the container.
        if (!hungUp && !killed) {
            end();
        }
        stream.close();
        yard.closed(this);
    }

    private void end() {
        try {
            docker.killContainerCmd(id).withSignal("KILL").exec();
        } catch (NotFoundException | ConflictException notRunning) {
            LOG.atTrace().addKeyValue("container", id).log("A container to kill had ended");
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("container", id).setCause(e)
                    .log("A container could not be killed; its removal will be tried until it works");
        }
    }

    /** Waits until the engine knows how the container ended. */
    private @Nullable ContainerState ended() {
        long start = System.nanoTime();
        @Nullable ContainerState state = null;
        try {
            do {
                if (state != null) {
                    Thread.sleep(POLL.toMillis());
                }
                state = docker.inspectContainerCmd(id).exec().getState();
            } while (!settled(state, System.nanoTime() - start));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("container", id).setCause(e).log("A container's end could not be looked at");
        }
        return state;
    }

    private boolean settled(ContainerState state, long waitedNanos) {
        if (Boolean.TRUE.equals(state.getRunning())) {
            return !vanished && !killed && !hungUp || waitedNanos > EXIT_WAIT.toNanos();
        }
        return !vanished || endedByMemory(state) || waitedNanos > OOM_NEWS_WAIT.toNanos();
    }

    /**
     * The engine's flag is lost when the container is gone before the engine has looked. Then it takes both to tell: the
     * whole container died of SIGKILL that nobody here sent, and the kernel killed for memory while it ran.
     */
    private boolean endedByMemory(ContainerState state) {
        if (Boolean.TRUE.equals(state.getOOMKilled())) {
            return true;
        }
        return vanished && Long.valueOf(SIGKILLED).equals(state.getExitCodeLong()) && counters.hostKilledForMemory();
    }

    private final class Output extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int count = hungUp && counters.complete() ? -1 : stream.output().read(into, offset, length);
            if (count < 0 && !hungUp && !killed) {
                vanished = true;
                counters.read();
            }
            return count;
        }
    }

    /** The end of input is what lets the supervisor go, and the last moment at which there is something to count. */
    private final class Input extends OutputStream {
        @Override
        public void write(int one) throws IOException {
            stream.input().write(one);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            stream.input().write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            if (!hungUp) {
                counters.read();
                hungUp = true;
                stream.input().close();
            }
        }
    }
}
