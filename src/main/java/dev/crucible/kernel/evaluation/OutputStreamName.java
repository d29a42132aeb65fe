package dev.crucible.kernel.evaluation;

import java.util.Locale;
import java.util.Optional;

/** The streams of bytes that a run produces. */
public enum OutputStreamName {
    STDOUT,
    STDERR,
    /** What the compile step printed, both its streams together; empty for languages without one. */
    COMPILE;

    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<OutputStreamName> fromWire(String wire) {
        for (OutputStreamName name : values()) {
            if (name.wire().equals(wire)) {
                return Optional.of(name);
            }
        }
        return Optional.empty();
    }
}
