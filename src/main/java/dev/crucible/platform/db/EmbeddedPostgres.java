package dev.crucible.platform.db;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.Part;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.concurrent.Threads;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server of our own, durable and with a password, on a free loopback port. It keeps everything in one
 * folder: programs, data, log, password. What a killed server left running is stopped first, and a server that dies is
 * started again on the same port. One process at a time may use a folder. Thread-safe.
 */
public final class EmbeddedPostgres implements Part {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofSeconds(30);

    private final Path asked;
    private @Nullable FolderLock lock;
    private @Nullable PostgresServer server;
    private String password = "";
    private boolean closed;

    /** @param folder where everything is kept; made when missing, by {@link #start()} */
    public EmbeddedPostgres(Path folder) {
        this.asked = requireNonNull(folder, "folder is null").toAbsolutePath().normalize();
    }

    /**
     * Returns when the server answers.
     *
     * @throws PlatformException {@code STORAGE_UNAVAILABLE} if it cannot be started; the message says what to do and
     *     quotes the server's log
     */
    @Override
    public synchronized void start() {
        if (closed || server != null) {
            throw new IllegalStateException("an embedded PostgreSQL is started once");
        }
        try {
            Account account = Account.current();
            Path folder = ServerFolder.reachable(asked, account);
            lock = FolderLock.take(folder);
            PostgresBinaries binaries = PostgresBinaries.in(folder);
            password = ServerFolder.password(folder);
            ServerFolder.prepareData(folder, binaries, account, password);
            PostgresServer started = new PostgresServer(folder, binaries, account);
            // Before its start, so that a start that fails half-way is stopped as well.
            server = started;
            started.start();
            Threads.daemon("postgres-watch", () -> watch(started)).start();
        } catch (IOException e) {
            close();
            throw new PlatformException(
                    ErrorCode.STORAGE_UNAVAILABLE,
                    "The embedded PostgreSQL cannot use the folder " + asked + ": " + e
                            + ". Check its permissions and the free space, or set DATABASE_URL",
                    e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Starts the server again when it ends without being asked to: an operator's kill, the kernel out of memory. */
    private void watch(PostgresServer watched) {
        long retry = FIRST_RETRY.toMillis();
        while (watched.awaitEnd()) {
            synchronized (this) {
                if (closed) {
                    return;
                }
                LOG.error("The embedded PostgreSQL ended by itself; it is started again. Its log says why: {}",
                        watched.logTail());
                try {
                    watched.start();
                    retry = FIRST_RETRY.toMillis();
                    continue;
                } catch (IOException | PlatformException e) {
                    LOG.atError().setCause(e).addKeyValue("retry_ms", retry)
                            .log("The embedded PostgreSQL cannot be started again; the next try follows");
                }
                try {
                    // Waits without the monitor, so that close() is not held up.
                    wait(retry);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
            retry = Math.min(retry * 2, LAST_RETRY.toMillis());
        }
    }

    /** The address of the application's database. @throws IllegalStateException before {@link #start()} */
    public synchronized String jdbcUrl() {
        return jdbcUrl(ServerFolder.DATABASE);
    }

    /** The address of another database of the same server. */
    public synchronized String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + started().port() + "/" + database;
    }

    /** Owns its databases and may create more, and is not a superuser. */
    public String user() {
        return ServerFolder.USER;
    }

    /** A secret: 32 random bytes in hex, made with the folder. */
    public synchronized String password() {
        started();
        return password;
    }

    /** A pool of connections to {@link #jdbcUrl()}. */
    public Database connect() {
        return Database.connect(jdbcUrl(), user(), password());
    }

    private PostgresServer started() {
        if (server == null) {
            throw new IllegalStateException("the embedded PostgreSQL is not started");
        }
        return server;
    }

    /** Stops the server; what was committed is on disk. */
    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
        if (server != null) {
            server.stop();
            // Whoever comes next on the folder must not be stopped by a second call.
            server = null;
        }
        if (lock != null) {
            release(lock);
            lock = null;
        }
    }

    private static void release(FolderLock held) {
        try {
            held.close();
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("The lock of the data folder could not be given back; the kernel will");
        }
    }
}
