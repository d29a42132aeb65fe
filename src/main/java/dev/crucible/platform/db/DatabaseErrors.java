package dev.crucible.platform.db;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

/** Tells a database that is away from one that says no. */
public final class DatabaseErrors {
    private static final String UNIQUE_VIOLATION = "23505";
    private static final String ADMIN_SHUTDOWN_CLASS = "57P";
    private static final String CONNECTION_CLASS = "08";
    /** Out of disk, memory or connections. */
    private static final String RESOURCES_CLASS = "53";
    /** The server's own I/O failed. */
    private static final String SYSTEM_CLASS = "58";

    private static final String READ_ONLY = "25006";
    private static final String DATA_CLASS = "22";
    private static final String DIVISION_BY_ZERO = "22012";

    private DatabaseErrors() {}

    /** Whether a statement divided by zero, which is how one refuses that needs no answer. */
    public static boolean divisionByZero(Throwable error) {
        return DIVISION_BY_ZERO.equals(state(error));
    }

    /** Whether a row with the same key is there. */
    public static boolean duplicate(Throwable error) {
        return UNIQUE_VIOLATION.equals(state(error));
    }

    /** Whether the database cannot be reached or cannot work at present, so that the same call may succeed later. */
    public static boolean unavailable(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            // The server gives every refusal a state; what has none comes from the pool or the driver.
            if (cause instanceof IOException || cause instanceof SQLTransientConnectionException
                    || (cause instanceof SQLException sql && sql.getSQLState() == null)) {
                return true;
            }
        }
        String state = state(error);
        return state.startsWith(CONNECTION_CLASS) || state.startsWith(ADMIN_SHUTDOWN_CLASS)
                || state.startsWith(RESOURCES_CLASS) || state.startsWith(SYSTEM_CLASS) || state.equals(READ_ONLY);
    }

    /** Whether the pool had no connection to give in time. */
    static boolean noConnection(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLTransientConnectionException) {
                return true;
            }
        }
        return false;
    }

    /** What a failed statement means to a caller: {@code unavailable} when the same call may succeed later. */
    public static PlatformException translate(Exception error, ErrorCode unavailable) {
        if (error.getCause() instanceof PlatformException known) {
            return known;
        }
        if (unavailable(error)) {
            return new PlatformException(
                    unavailable, "The database cannot be used at present; try again. It said: " + rootMessage(error), error);
        }
        if (state(error).startsWith(DATA_CLASS)) {
            return new PlatformException(
                    ErrorCode.VALIDATION, "A value holds characters that the database cannot keep, such as NUL", error);
        }
        return new PlatformException(ErrorCode.INTERNAL, "The database refused a statement", error);
    }

    static String rootMessage(Throwable error) {
        Throwable root = error;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    private static String state(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                return sql.getSQLState();
            }
        }
        return "";
    }
}
