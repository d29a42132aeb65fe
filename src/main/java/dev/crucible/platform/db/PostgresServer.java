package dev.crucible.platform.db;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One PostgreSQL process on a data directory that is ready for it. */
final class PostgresServer {
    /** Recovery after a crash reads at most {@code max_wal_size} of log. */
    private static final Duration START = Duration.ofMinutes(2);

    private static final Duration LOG_PATIENCE = Duration.ofSeconds(1);
    private static final Duration LOG_PAUSE = Duration.ofMillis(20);
    private static final int PORT_ATTEMPTS = 5;
    private static final Map<String, String> SETTINGS = settings();

    private final Path folder;
    private final Path data;
    private final PostgresBinaries binaries;
    private final Account account;
    private final ServerProcesses processes;
    private volatile @Nullable Process process;
    private int port;

    PostgresServer(Path folder, PostgresBinaries binaries, Account account) {
        this.folder = folder;
        this.data = folder.resolve("data");
        this.binaries = binaries;
        this.account = account;
        this.processes = new ServerProcesses(data);
    }

    private static Map<String, String> settings() {
        Map<String, String> settings = new TreeMap<>();
        settings.put("listen_addresses", "127.0.0.1");
        settings.put("unix_socket_directories", "");
        settings.put("max_connections", "40");
        settings.put("shared_buffers", "64MB");
        settings.put("fsync", "on");
        settings.put("synchronous_commit", "on");
        settings.put("full_page_writes", "on");
        settings.put("wal_level", "minimal");
        settings.put("max_wal_senders", "0");
        settings.put("max_wal_size", "512MB");
        settings.put("wal_compression", "on");
        settings.put("jit", "off");
        // Parallel queries and I/O workers cost memory in /dev/shm, which containers keep small.
        settings.put("max_parallel_workers_per_gather", "0");
        settings.put("max_parallel_maintenance_workers", "0");
        settings.put("io_method", "sync");
        settings.put("autovacuum_naptime", "15s");
        settings.put("timezone", "UTC");
        settings.put("log_timezone", "UTC");
        settings.put("logging_collector", "on");
        settings.put("log_directory", "../log");
        settings.put("log_filename", "postgresql-%a.log");
        settings.put("log_rotation_age", "1d");
        settings.put("log_rotation_size", "0");
        settings.put("log_truncate_on_rotation", "on");
        settings.put("log_min_messages", "warning");
        // A statement's text may hold what users sent.
        settings.put("log_min_error_statement", "panic");
        return Map.copyOf(settings);
    }

    int port() {
        return port;
    }

    /** Starts on a free port, or on the same one when it was started before. */
    void start() throws IOException {
        processes.endOrphans();
        for (int attempt = 1; ; attempt++) {
            int candidate = port == 0 ? freePort() : port;
            Process started = launch(candidate);
            process = started;
            if (awaitReady(started)) {
                port = candidate;
                return;
            }
            String log = logTail();
            if (port != 0 || attempt == PORT_ATTEMPTS || !log.contains("could not bind")) {
                throw failed("It ended with exit code " + exitCode(started), log);
            }
        }
    }

    private Process launch(int candidate) throws IOException {
        List<String> line = new ArrayList<>(List.of(
                binaries.program("postgres").toString(), "-D", data.toString(), "-p", Integer.toString(candidate)));
        SETTINGS.forEach((name, value) -> line.addAll(List.of("-c", name + "=" + value)));
        return Command.environment(new ProcessBuilder(account.command(line)).directory(data.toFile()))
                .redirectErrorStream(true)
                .redirectOutput(startLog().toFile())
                .start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** False when the process ended instead. */
    private boolean awaitReady(Process started) throws IOException {
        long deadline = System.nanoTime() + START.toNanos();
        while (System.nanoTime() - deadline < 0) {
            if (ready(started)) {
                return true;
            }
            try {
                if (started.waitFor(5, TimeUnit.MILLISECONDS)) {
                    return false;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                processes.end();
                throw new PlatformException(ErrorCode.STOPPING, "The start was interrupted", e);
            }
        }
        String log = logTail();
        processes.end();
        throw failed("It was not ready within " + START.toSeconds() + " s", log);
    }

    /** The server writes its state into the eighth line of its pid file, as {@code pg_ctl} reads it. */
    private boolean ready(Process started) throws IOException {
        Path file = data.resolve("postmaster.pid");
        if (!Files.exists(file)) {
            return false;
        }
        List<String> lines = Files.readAllLines(file);
        return lines.size() >= 8 && lines.get(0).strip().equals(Long.toString(started.pid()))
                && lines.get(7).strip().equals("ready");
    }

    private PlatformException failed(String how, String log) {
        return new PlatformException(
                ErrorCode.STORAGE_UNAVAILABLE,
                "The embedded PostgreSQL in " + folder + " could not be started. " + how + ". Its log ends with:\n" + log
                        + "\nFix what it names, or set DATABASE_URL to a PostgreSQL server");
    }

    private static String exitCode(Process ended) {
        return ended.isAlive() ? "?" : Integer.toString(ended.exitValue());
    }

    /** Blocks until the process ends; false when the wait was interrupted. */
    boolean awaitEnd() {
        Process watched = process;
        if (watched == null) {
            return false;
        }
        try {
            watched.waitFor();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    void stop() {
        processes.end();
    }

    private Path startLog() {
        return folder.resolve("start.log");
    }

    /**
     * What the server wrote last: to its own log, or before it had opened that one. The log has a process of its own,
     * which may write the reason a moment after the server has died of it.
     */
    String logTail() {
        long deadline = System.nanoTime() + LOG_PATIENCE.toNanos();
        while (true) {
            String newest = newestLog().map(LogTail::of).orElse("");
            String tail = (LogTail.of(startLog()) + "\n" + newest).strip();
            if (tail.contains("FATAL") || System.nanoTime() > deadline) {
                return tail;
            }
            LockSupport.parkNanos(LOG_PAUSE.toNanos());
        }
    }

    private Optional<Path> newestLog() {
        try (Stream<Path> logs = Files.list(folder.resolve("log"))) {
            return logs.max(Comparator.comparingLong(log -> log.toFile().lastModified()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
