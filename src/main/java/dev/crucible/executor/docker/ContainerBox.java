package dev.crucible.executor.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.crucible.executor.Box;
import dev.crucible.executor.Evidence;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A started container. Thread-safe, but for its streams, which one reader and one writer may use. */
final class ContainerBox implements Box {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerBox.class);
    private static final long SIGKILLED = 137;
    /** The engine hears of the end of a container a little after its streams have ended. */
    private static final Duration EXIT_WAIT = Duration.ofSeconds(10);
    /** The news of an out-of-memory kill may come later than the news of the end. */
    private static final Duration OOM_NEWS_WAIT = Duration.ofSeconds(2);

    private static final Duration POLL = Duration.ofMillis(5);

    private final DockerClient docker;
    private final String id;
    private final AttachStream stream;
    private final Counters counters;
    private final Map<String, Long> rlimits;
    private final Consumer<ContainerBox> remover;
    private final InputStream output = new Output();
    private final OutputStream input = new Input();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean killed;
    private volatile boolean hungUp;
    /** Whether the supervisor ended and nobody had asked it to. */
    private volatile boolean vanished;

    /** @param remover called once: removes the container with all that still runs in it */
    ContainerBox(
            DockerClient docker,
            String id,
            AttachStream stream,
            Counters counters,
            Map<String, Long> rlimits,
            Consumer<ContainerBox> remover) {
        this.docker = docker;
        this.id = id;
        this.stream = stream;
        this.counters = counters;
        this.rlimits = rlimits;
        this.remover = remover;
    }

    String id() {
        return id;
    }

    /** Waits until the supervisor has said that it is ready. False if it never will. */
    boolean awaitReady() {
        try {
            return stream.awaitOutput();
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether it is known to have ended. */
    boolean gone() {
        return counters.gone();
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
    public Map<String, Long> rlimits() {
        return rlimits;
    }

    @Override
    public @Nullable Long cpuMillis() {
        return counters.cpuMillis();
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
        Evidence counted = counters.last();
        if (counted.oomKilled() || (counters.complete() && !vanished)) {
            return counted;
        }
        ContainerState state = ended();
        boolean oomKilled = state != null && endedByMemory(state);
        return new Evidence(oomKilled, counted.forksDenied(), counted.cpuMillis(), counted.peakMemoryBytes());
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            // A supervisor whose input has ended ends by itself, and with it every process in the container.
            if (!hungUp && !killed) {
                end();
            }
            stream.close();
            remover.accept(this);
        }
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
            return waitedNanos > EXIT_WAIT.toNanos();
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

    /** The supervisor's first words come before the guest's start, which is when counting begins. */
    private final class Output extends InputStream {
        private boolean begun;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int count = hungUp && counters.complete() ? -1 : stream.output().read(into, offset, length);
            if (!begun && count > 0) {
                begun = true;
                counters.begin();
            }
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
