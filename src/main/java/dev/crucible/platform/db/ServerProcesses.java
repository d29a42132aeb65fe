package dev.crucible.platform.db;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The PostgreSQL processes that use one data directory, whoever started them. A process is one of them when its program
 * is {@code postgres} and its working directory is the data directory: a number in a file is no proof, since numbers
 * are given again.
 */
final class ServerProcesses {
    private static final Logger LOG = LoggerFactory.getLogger(ServerProcesses.class);
    private static final Duration FAST = Duration.ofSeconds(15);
    private static final Duration IMMEDIATE = Duration.ofSeconds(5);

    private final Path data;

    ServerProcesses(Path data) {
        this.data = data;
    }

    /**
     * Ends what an earlier process of ours left behind and removes its pid file, so that a new server can start.
     *
     * @throws PlatformException {@code STORAGE_UNAVAILABLE} if a process will not end
     */
    void endOrphans() throws IOException {
        if (!running().isEmpty()) {
            LOG.atWarn().addKeyValue("data", data)
                    .log("A PostgreSQL was left running by a server that was killed; it is stopped and started again");
            end();
        }
        Files.deleteIfExists(data.resolve("postmaster.pid"));
    }

    /** Stops the server: as it is meant to, then at once (it recovers at the next start), then by force. */
    void end() {
        if (!signal("INT", FAST) && !signal("QUIT", IMMEDIATE) && !signal("KILL", IMMEDIATE)) {
            throw new PlatformException(
                    ErrorCode.STORAGE_UNAVAILABLE,
                    "The PostgreSQL on " + data + " does not end. End its processes yourself: " + running());
        }
    }

    /** The server itself, without the processes that it started; empty when none runs. */
    Optional<Long> server() {
        Set<Long> processes = running();
        // One that ended meanwhile has no parent any more and would be taken for the server.
        return processes.stream()
                .filter(pid -> !processes.contains(parent(pid)))
                .filter(pid -> ProcessHandle.of(pid).filter(this::ours).isPresent())
                .findFirst();
    }

    /** Signals the server, or what is left of it without one, and waits until no process is left. */
    private boolean signal(String name, Duration patience) {
        Set<Long> processes = running();
        if (processes.isEmpty()) {
            return true;
        }
        kill(name, name.equals("INT") ? server().stream().toList() : List.copyOf(processes));
        long deadline = System.nanoTime() + patience.toNanos();
        while (System.nanoTime() - deadline < 0) {
            if (running().isEmpty()) {
                return true;
            }
            pause();
        }
        return false;
    }

    private Set<Long> running() {
        return ProcessHandle.allProcesses().filter(this::ours).map(ProcessHandle::pid).collect(Collectors.toSet());
    }

    private boolean ours(ProcessHandle process) {
        Path entry = Path.of("/proc", Long.toString(process.pid()));
        try {
            // An unpacked program that was replaced since reads "postgres (deleted)"; a program in another root may
            // read "/", which has no name.
            Path program = Files.readSymbolicLink(entry.resolve("exe")).getFileName();
            return program != null && program.toString().matches("postgres( \\(deleted\\))?")
                    && Files.readSymbolicLink(entry.resolve("cwd")).equals(data.toRealPath());
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private static long parent(long pid) {
        return ProcessHandle.of(pid).flatMap(ProcessHandle::parent).map(ProcessHandle::pid).orElse(-1L);
    }

    /** Java can send SIGTERM and SIGKILL alone; SIGTERM would wait for every client to leave. */
    private static void kill(String signal, List<Long> pids) {
        String line = "kill -" + signal + " "
                + pids.stream().map(String::valueOf).collect(Collectors.joining(" "));
        try {
            Process shell = new ProcessBuilder("/bin/sh", "-c", line)
                    .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            if (!shell.waitFor(IMMEDIATE.toSeconds(), TimeUnit.SECONDS)) {
                shell.destroyForcibly();
            }
        } catch (IOException e) {
            LOG.atWarn().setCause(e).addKeyValue("signal", signal).log("A signal could not be sent to PostgreSQL");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(10);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
