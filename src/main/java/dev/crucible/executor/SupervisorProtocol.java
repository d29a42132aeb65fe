package dev.crucible.executor;

/**
 * The language between the executor and the supervisor ({@code src/main/native/supervisor.c}), the small trusted program
 * that is pid 1 of every box; where the build has none, {@code sandbox/supervisor.py}, whose boxes are spent after one run,
 * takes its place in the engine {@code sandbox}. A frame is one type byte, a 32-bit big-endian length, and the payload. The guest never
 * holds a descriptor of this channel: its standard streams are pipes that the supervisor made.
 *
 * <p>The supervisor says {@link #READY}. The executor sends {@link #POLICY}, {@link #LIMITS} (disk and uid), for a loaded
 * interpreter its {@link #ENV} and {@link #ARGV}, and {@link #PREPARE}; the supervisor says {@link #READY} when the first
 * run is prepared, and after each run when the next one is.
 *
 * <p>For a run the executor sends {@link #NEW_PROGRAM}, any {@link #FILE}s, {@link #KEEP}, {@link #LIMITS}, {@link #ENV},
 * {@link #ARGV}, then {@link #GO}; after that {@link #STDIN} frames, {@link #STDIN_END}, and at any time {@link #TERM} or
 * {@link #KILL}. Files stay for further runs of the same program. The supervisor answers {@link #STARTED} when the guest's
 * program begins, {@link #STDOUT} and {@link #STDERR}, when no process of the guest is left {@link #RESULT} and
 * {@link #KEPT}, and {@link #EXIT}; or {@link #FAULT} when the fault is ours.
 */
final class SupervisorProtocol {
    /** No file that goes in or comes out is larger, for a frame carries it whole. */
    static final int MAX_FILE = 16 << 20;
    /** No frame is larger than a file with its path; a larger one ends the conversation. */
    static final int MAX_PAYLOAD = MAX_FILE + 8192;

    // Executor to supervisor.
    /** The system call filter of every run: a classic BPF program. */
    static final byte POLICY = 'P';
    /** {@link #FORK} to load the interpreter that {@link #ENV} and {@link #ARGV} name, {@link #EXECUTE} for none. */
    static final byte PREPARE = 'W';
    /** No payload: forget the files of the program before. */
    static final byte NEW_PROGRAM = 'N';
    /**
     * Lines {@code name=value}: wall_ms, cpu_ms, nproc, pids (how many processes count as all, with nproc), nofile, fsize,
     * data (bytes, 0 = none), disk (bytes of each writable folder), uid (whom the program runs as, 0 = the supervisor's
     * own), keep_files and keep_bytes.
     */
    static final byte LIMITS = 'L';
    /** 16-bit path length, path below the work folder, 32-bit mode, then the content. */
    static final byte FILE = 'F';
    /** Globs of what is wanted out of the work folder, each ended by NUL. */
    static final byte KEEP = 'C';
    /** {@code NAME=value}, each ended by NUL. */
    static final byte ENV = 'V';
    /** Arguments, each ended by NUL. */
    static final byte ARGV = 'A';
    /** {@link #FORK} or {@link #EXECUTE}: start. */
    static final byte GO = 'G';
    /** Bytes for the guest's standard input. */
    static final byte STDIN = 'I';
    /** No payload: end of standard input. */
    static final byte STDIN_END = 'Z';
    /** No payload: SIGTERM to every process of the guest. */
    static final byte TERM = 'T';
    /** No payload: SIGKILL to every process of the guest. */
    static final byte KILL = 'K';

    static final byte FORK = 'f';
    static final byte EXECUTE = 'x';

    // Supervisor to executor.
    /**
     * Lines {@code name=value}: isolated (1 if runs have namespaces of their own), fork (1 if an interpreter is loaded),
     * spent (1 if the box can serve no other run).
     */
    static final byte READY = 'R';
    /** No payload: the guest's program is running from here on. */
    static final byte STARTED = 'S';
    static final byte STDOUT = 'O';
    static final byte STDERR = 'E';
    /** What the program left in its result file; one byte more than {@link #MAX_RESULT} when it left too much. */
    static final byte RESULT = 'J';
    /** A file that was wanted, as in {@link #FILE}. */
    static final byte KEPT = 'D';
    /**
     * Lines {@code name=value}: exit or signal; wall_us; cpu_us; timeout (none, wall or cpu: the deadline that ended it
     * when nobody had asked for its end before); disk_full (0 or 1, seen by statvfs on the writable folders);
     * fork_denied (0 or 1: with an nproc limit, whether the processes were seen at it); left_out (wanted files that
     * are beyond the caps or cannot be read); max_rss_kb (of the largest process).
     */
    static final byte EXIT = 'X';
    /** A sentence: the box is of no use. */
    static final byte FAULT = '!';

    static final int MAX_RESULT = 64 << 10;

    private SupervisorProtocol() {}
}
