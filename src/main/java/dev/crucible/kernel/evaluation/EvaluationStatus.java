package dev.crucible.kernel.evaluation;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The one state machine of an evaluation.
 *
 * <pre>
 * queued ──► provisioning ──► running ──► completed | failed | timeout | cancelled
 *   │  ▲           │  │          │
 *   │  └───────────┴──┼──────────┘   an attempt was lost through our fault
 *   └► failed, cancelled, and from provisioning every terminal status
 * </pre>
 *
 * Terminal statuses never change.
 */
public enum EvaluationStatus {
    QUEUED,
    PROVISIONING,
    RUNNING,
    COMPLETED,
    FAILED,
    TIMEOUT,
    CANCELLED;

    private static final Set<EvaluationStatus> TERMINAL = EnumSet.of(COMPLETED, FAILED, TIMEOUT, CANCELLED);

    public boolean terminal() {
        return TERMINAL.contains(this);
    }

    /** The statuses that may follow this one; empty for a terminal one. */
    public Set<EvaluationStatus> next() {
        return switch (this) {
            case QUEUED -> EnumSet.of(PROVISIONING, FAILED, CANCELLED);
            case PROVISIONING -> EnumSet.of(QUEUED, RUNNING, COMPLETED, FAILED, TIMEOUT, CANCELLED);
            case RUNNING -> EnumSet.of(QUEUED, COMPLETED, FAILED, TIMEOUT, CANCELLED);
            case COMPLETED, FAILED, TIMEOUT, CANCELLED -> EnumSet.noneOf(EvaluationStatus.class);
        };
    }

    /** The statuses that may go before this one. */
    public Set<EvaluationStatus> previous() {
        Set<EvaluationStatus> previous = EnumSet.noneOf(EvaluationStatus.class);
        for (EvaluationStatus status : values()) {
            if (status.next().contains(this)) {
                previous.add(status);
            }
        }
        return previous;
    }

    /** The name on the wire and in the database: lower case. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<EvaluationStatus> fromWire(String wire) {
        for (EvaluationStatus status : values()) {
            if (status.wire().equals(wire)) {
                return Optional.of(status);
            }
        }
        return Optional.empty();
    }
}
