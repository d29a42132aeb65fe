package dev.crucible.executor;

/**
 * The language between the executor and the supervisor ({@code src/main/native/supervisor.c}), the small trusted program
 * that is pid 1 of every box. A frame is one type byte, a 32-bit big-endian length, and the payload. The guest never
 * holds a descriptor of this channel: its standard streams are pipes that the supervisor made.
 *
 * <p>The executor sends {@link #LIMITS}, any {@link #FILE}s, {@link #ENV}, {@link #ARGV}, then {@link #GO}; after that
 * {@link #STDIN} frames, {@link #STDIN_END}, and at any time {@link #TERM} or {@link #KILL}. The supervisor answers
 * {@link #READY} once, {@link #STARTED} when the guest's program was executed, {@link #STDOUT} and {@link #STDERR}, and
 * {@link #EXIT} when no process of the guest is left; or {@link #FAULT} when the fault is ours.
 */
final class SupervisorProtocol {
    /** No frame is larger; a larger one ends the conversation. */
    static final int MAX_PAYLOAD = 16 << 20;

    // Executor to supervisor.
    /**
     * Lines {@code name=value}: wall_ms, cpu_ms, nproc, nofile, fsize, data (bytes, 0 = none), uid (whom the program
     * runs as, 0 = the supervisor's own).
     */
    static final byte LIMITS = 'L';
    /** 16-bit path length, path below the work folder, 32-bit mode, then the content. */
    static final byte FILE = 'F';
    /** {@code NAME=value}, each ended by NUL. */
    static final byte ENV = 'V';
    /** Arguments, each ended by NUL. */
    static final byte ARGV = 'A';
    /** No payload: start. */
    static final byte GO = 'G';
    /** Bytes for the guest's standard input. */
    static final byte STDIN = 'I';
    /** No payload: end of standard input. */
    static final byte STDIN_END = 'Z';
    /** No payload: SIGTERM to every process of the guest. */
    static final byte TERM = 'T';
    /** No payload: SIGKILL to every process of the guest. */
    static final byte KILL = 'K';

    // Supervisor to executor.
    /** No payload. */
    static final byte READY = 'R';
    /** No payload: the guest's program is running from here on. */
    static final byte STARTED = 'S';
    static final byte STDOUT = 'O';
    static final byte STDERR = 'E';
    /**
     * Lines {@code name=value}: exit or signal; wall_us; cpu_us; timeout (none, wall or cpu: the deadline that ended it
     * when nobody had asked for its end before); disk_full (0 or 1, seen by statvfs on the writable folders);
     * fork_denied (0 or 1: with an nproc limit, whether the processes were seen at it).
     */
    static final byte EXIT = 'X';
    /** A sentence: the box is of no use. */
    static final byte FAULT = '!';

    private SupervisorProtocol() {}
}
