package dev.crucible.kernel.evaluation;

import java.util.Locale;
import java.util.Optional;

/** Why an evaluation ended: what was seen, never what an exit code suggests. Each reason has one status. */
public enum Reason {
    /** Exit code 0. */
    OK(EvaluationStatus.COMPLETED),
    /** The program ended by itself with another exit code. */
    NONZERO_EXIT(EvaluationStatus.FAILED),
    /** A signal that we did not send ended the program. */
    SIGNALLED(EvaluationStatus.FAILED),
    /** The compile step failed; the program was never started. */
    COMPILE_ERROR(EvaluationStatus.FAILED),
    /** The wall clock ran out. */
    WALL_TIMEOUT(EvaluationStatus.TIMEOUT),
    /** The CPU time ran out. */
    CPU_TIMEOUT(EvaluationStatus.TIMEOUT),
    /** The kernel or the engine reported an out-of-memory kill. */
    OUT_OF_MEMORY(EvaluationStatus.FAILED),
    /** A stream reached its cap and the program was stopped. */
    OUTPUT_LIMIT(EvaluationStatus.FAILED),
    /** The writable space or the file-size limit ran out. */
    DISK_LIMIT(EvaluationStatus.FAILED),
    /** The kernel refused another process and the program failed. */
    PROCESS_LIMIT(EvaluationStatus.FAILED),
    /** A user cancelled it before it ran. */
    CANCELLED(EvaluationStatus.CANCELLED),
    /** A user stopped it while it ran. */
    KILLED(EvaluationStatus.CANCELLED),
    /** Our fault: no attempt could run it to an end. Never the program's. */
    SANDBOX_ERROR(EvaluationStatus.FAILED);

    private final EvaluationStatus status;

    Reason(EvaluationStatus status) {
        this.status = status;
    }

    public EvaluationStatus status() {
        return status;
    }

    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Reason> fromWire(String wire) {
        for (Reason reason : values()) {
            if (reason.wire().equals(wire)) {
                return Optional.of(reason);
            }
        }
        return Optional.empty();
    }
}
