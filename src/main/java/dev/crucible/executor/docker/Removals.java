package dev.crucible.executor.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.crucible.platform.concurrent.Threads;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes containers behind the caller's back, because that takes up to seconds (gVisor), and keeps at it until the
 * engine says that they are gone. Thread-safe.
 */
final class Removals implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Removals.class);
    private static final int THREADS = 2;
    /** Beyond this backlog the caller removes its own container: whoever makes them faster than they go must wait. */
    private static final int BACKLOG = 64;

    private static final int TRIES = 20;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(60);

    private final DockerClient docker;
    private final ExecutorService threads;
    private final Set<String> unfinished = ConcurrentHashMap.newKeySet();

    Removals(DockerClient docker, String name) {
        this.docker = docker;
        this.threads = Threads.bounded(name, THREADS, BACKLOG);
    }

    /** Removes a container with whatever still runs in it. {@code gone} runs once it is; after a failure, never. */
    void remove(String id, Runnable gone) {
        unfinished.add(id);
        Runnable removal = () -> {
            if (removeNow(id)) {
                unfinished.remove(id);
                gone.run();
            }
        };
        try {
            threads.execute(removal);
        } catch (RejectedExecutionException full) {
            removal.run();
        }
    }

    /** Waits for the removals under way, a minute at most. */
    @Override
    public void close() {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.atWarn().addKeyValue("containers", unfinished)
                        .log("Some containers are not removed yet; the next start of this server removes them");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean removeNow(String id) {
        Duration pause = FIRST_PAUSE;
        RuntimeException last = new IllegalStateException("never tried");
        for (int tries = 0; tries < TRIES; tries++) {
            try {
                docker.removeContainerCmd(id).withForce(true).withRemoveVolumes(true).exec();
                docker.inspectContainerCmd(id).exec();
            } catch (NotFoundException isGone) {
                return true;
            } catch (RuntimeException e) {
                last = e;
            }
            if (!pause(pause)) {
                return false;
            }
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
        LOG.atError().addKeyValue("container", id).setCause(last)
                .log("A container cannot be removed; the next start of this server tries again");
        return false;
    }

    private static boolean pause(Duration pause) {
        try {
            Thread.sleep(pause.toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
