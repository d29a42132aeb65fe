package dev.crucible.queue;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.db.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to be the one queue on a database: an advisory lock, held by a connection of its own. The connection of a
 * server that was killed closes by itself, so its successor waits a moment for the lock rather than give up.
 */
final class ServerLock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServerLock.class);
    /** The bytes of "cruqueue": a key that nobody else is likely to use in the same database. */
    private static final long KEY = 0x6372757175657565L;

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long PAUSE_MILLIS = 100;
    private static final long CHECK_NANOS = Duration.ofSeconds(5).toNanos();

    private final Database database;
    private @Nullable Connection holder;
    private long checkedAt;

    ServerLock(Database database) {
        this.database = database;
    }

    /** @throws PlatformException {@code QUEUE_UNAVAILABLE} if another server holds it for longer than a restart takes */
    synchronized void acquire() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (!tryAcquire()) {
                if (System.nanoTime() > deadline) {
                    throw new PlatformException(
                            ErrorCode.QUEUE_UNAVAILABLE,
                            "Another Crucible server uses this database. Stop it, or give this one a database of its own.");
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (SQLException e) {
            throw new PlatformException(ErrorCode.QUEUE_UNAVAILABLE, "The database cannot be used: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PlatformException(ErrorCode.QUEUE_UNAVAILABLE, "Interrupted while waiting for the database.", e);
        }
    }

    /** Now and then makes sure that the lock is still held, and takes it again after the database was restarted. */
    synchronized void hold() {
        long now = System.nanoTime();
        if (holder == null || now - checkedAt < CHECK_NANOS) {
            return;
        }
        checkedAt = now;
        try {
            if (!holder.isValid(1)) {
                LOG.warn("The connection that keeps other servers out of the queue was lost; it is made again");
                holder.close();
                tryAcquire();
            }
        } catch (SQLException e) {
            LOG.atWarn().setCause(e).log("The queue's lock could not be checked; the epoch still protects every write");
        }
    }

    private boolean tryAcquire() throws SQLException {
        Connection connection = database.dataSource().getConnection();
        try (PreparedStatement statement = connection.prepareStatement("select pg_try_advisory_lock(?)")) {
            connection.setAutoCommit(true);
            statement.setLong(1, KEY);
            try (ResultSet answer = statement.executeQuery()) {
                if (answer.next() && answer.getBoolean(1)) {
                    holder = connection;
                    checkedAt = System.nanoTime();
                    return true;
                }
            }
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
        connection.close();
        return false;
    }

    @Override
    public synchronized void close() {
        if (holder == null) {
            return;
        }
        // A session-level lock would stay with the pooled connection if it were only given back.
        try (Connection connection = holder;
                PreparedStatement statement = connection.prepareStatement("select pg_advisory_unlock(?)")) {
            statement.setLong(1, KEY);
            statement.execute();
        } catch (SQLException e) {
            LOG.atInfo().setCause(e).log("The queue's lock could not be given back; it ends with its connection");
        }
        holder = null;
    }
}
