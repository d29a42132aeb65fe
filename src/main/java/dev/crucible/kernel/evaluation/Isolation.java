package dev.crucible.kernel.evaluation;

import java.util.Locale;

/** How new the sandbox of a run must be. Neither lets anything pass from one run to the next. */
public enum Isolation {
    /** A standing slot: namespaces, files and user are fresh for each run, the interpreter may be a fork of a loaded one. */
    WARM,
    /** A wholly new sandbox and interpreter. */
    COLD;

    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}
