package dev.crucible.app.cli;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * One thing that {@code doctor} looked at.
 *
 * @param found one sentence or a few words
 * @param remedy what to do, or null when there is nothing to do
 */
record Check(Verdict verdict, String name, String found, @Nullable String remedy) {
    enum Verdict {
        GOOD,
        /** Works, but less well than it could. */
        CAREFUL,
        /** The main job cannot be done. */
        BAD
    }

    Check {
        requireNonNull(verdict, "verdict is null");
        requireNonNull(name, "name is null");
        requireNonNull(found, "found is null");
    }

    static Check good(String name, String found) {
        return new Check(Verdict.GOOD, name, found, null);
    }

    static Check careful(String name, String found, @Nullable String remedy) {
        return new Check(Verdict.CAREFUL, name, found, remedy);
    }

    static Check bad(String name, String found, @Nullable String remedy) {
        return new Check(Verdict.BAD, name, found, remedy);
    }
}
