package dev.crucible.platform.db;

import static java.util.Objects.requireNonNull;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.conf.Settings;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** A PostgreSQL database: a bounded pool of connections and jOOQ on top. Thread-safe. */
public final class Database implements AutoCloseable {
    private static final int POOL_SIZE = 10;
    private static final long CONNECTION_TIMEOUT_MILLIS = 3_000;
    /** After a connection could not be had, others need not wait to learn the same. */
    private static final long REFUSE_NANOS = Duration.ofMillis(500).toNanos();

    /** A server that says nothing for this long is taken for lost; no statement of ours runs longer. */
    private static final int SOCKET_TIMEOUT_SECONDS = 30;

    private final HikariDataSource pool;
    private final DSLContext dsl;
    private final ThreadLocal<@Nullable Transaction> open = new ThreadLocal<>();
    private volatile long refuseUntil = System.nanoTime();

    private Database(HikariDataSource pool) {
        this.pool = pool;
        this.dsl = DSL.using(pool, SQLDialect.POSTGRES, new Settings().withExecuteLogging(false));
    }

    /**
     * Connects to {@code postgresql://user:pw@host/db}, {@code postgres://…} or a JDBC address that has its user and
     * password with it.
     *
     * @throws PlatformException {@code STORAGE_UNAVAILABLE} if it does not answer or refuses the account,
     *     {@code VALIDATION} if the address cannot be read
     */
    public static Database connect(String url) {
        return connect(url, null, null);
    }

    /** Like {@link #connect(String)}; {@code user} and {@code password} go before what the address says. */
    public static Database connect(String url, @Nullable String user, @Nullable String password) {
        DatabaseUrl address = DatabaseUrl.parse(requireNonNull(url, "url is null"));
        HikariConfig config = new HikariConfig();
        config.setPoolName("database");
        config.setJdbcUrl(address.jdbc());
        config.setUsername(user != null ? user : address.user());
        config.setPassword(password != null ? password : address.password());
        config.setMaximumPoolSize(POOL_SIZE);
        config.setMinimumIdle(2);
        config.setConnectionTimeout(CONNECTION_TIMEOUT_MILLIS);
        // As text: the pool passes over a value of any other type without a word.
        config.addDataSourceProperty("socketTimeout", Integer.toString(SOCKET_TIMEOUT_SECONDS));
        config.addDataSourceProperty("connectTimeout", Long.toString(CONNECTION_TIMEOUT_MILLIS / 1000));
        config.addDataSourceProperty("tcpKeepAlive", "true");
        config.addDataSourceProperty("ApplicationName", "crucible");
        try {
            return new Database(new HikariDataSource(config));
        } catch (HikariPool.PoolInitializationException e) {
            throw new PlatformException(
                    ErrorCode.STORAGE_UNAVAILABLE,
                    "The database at " + address + " cannot be used; check its address, user and password, and that it"
                            + " runs. It said: " + DatabaseErrors.rootMessage(e),
                    e);
        }
    }

    public DataSource dataSource() {
        return pool;
    }

    /** Runs outside a transaction; throws jOOQ's and the driver's own exceptions. */
    public DSLContext dsl() {
        return dsl;
    }

    /**
     * Runs {@code work}, each statement by itself.
     *
     * @param unavailable what to throw when the database cannot be reached
     * @throws PlatformException {@code unavailable}, {@code VALIDATION} for a value that PostgreSQL cannot hold, or
     *     {@code INTERNAL} for any other refusal by the database
     */
    public <R> R run(ErrorCode unavailable, Function<DSLContext, R> work) {
        refuseWhileAway(unavailable);
        try {
            return work.apply(dsl);
        } catch (DataAccessException e) {
            throw failed(e, unavailable);
        }
    }

    /** Statements of one transaction. */
    @FunctionalInterface
    public interface Work<R> {
        R run(Transaction transaction) throws SQLException;
    }

    /**
     * Runs {@code work} in one transaction, which is undone when it throws. Whoever is called in it finds the transaction
     * with {@link #joined}.
     *
     * @throws PlatformException as {@link #run} does
     */
    public <R> R write(ErrorCode unavailable, Work<R> work) {
        refuseWhileAway(unavailable);
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            return write(connection, work);
        } catch (SQLException | DataAccessException e) {
            throw failed(e, unavailable);
        }
    }

    private <R> R write(Connection connection, Work<R> work) throws SQLException {
        Transaction transaction = new Transaction(connection);
        open.set(transaction);
        try {
            R result = work.run(transaction);
            transaction.commit();
            return result;
        } catch (Throwable e) {
            rollback(connection, e);
            throw e;
        } finally {
            open.remove();
        }
    }

    private static void rollback(Connection connection, Throwable why) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            why.addSuppressed(e);
        }
    }

    /** The transaction that this thread is in by {@link #write}; null outside. */
    public @Nullable Transaction joined() {
        return open.get();
    }

    private void refuseWhileAway(ErrorCode unavailable) {
        if (refuseUntil - System.nanoTime() > 0) {
            throw new PlatformException(unavailable, "The database cannot be reached at present; try again.");
        }
    }

    private PlatformException failed(Exception error, ErrorCode unavailable) {
        if (DatabaseErrors.noConnection(error)) {
            refuseUntil = System.nanoTime() + REFUSE_NANOS;
        }
        return DatabaseErrors.translate(error, unavailable);
    }

    /** Closes every connection; idempotent. */
    @Override
    public void close() {
        pool.close();
    }
}
