package dev.crucible.app.cli;

import org.jspecify.annotations.Nullable;

/** A command cannot do what it was asked for; the message says why and what to do. */
final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    private CommandFailure(int exitCode, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** What was typed makes no sense. */
    static CommandFailure usage(String message) {
        return new CommandFailure(ExitCode.USAGE, message, null);
    }

    static CommandFailure unreachable(String message, Throwable cause) {
        return new CommandFailure(ExitCode.UNREACHABLE, message, cause);
    }

    /** The server answered, with a refusal. */
    static CommandFailure refused(String message) {
        return new CommandFailure(ExitCode.REFUSED, message, null);
    }

    static CommandFailure negative(String message, @Nullable Throwable cause) {
        return new CommandFailure(ExitCode.NEGATIVE, message, cause);
    }

    int exitCode() {
        return exitCode;
    }
}
