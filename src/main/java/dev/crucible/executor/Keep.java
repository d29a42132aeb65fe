package dev.crucible.executor;

import java.util.List;

/**
 * What is taken out of the work folder when a program has ended.
 *
 * @param patterns globs of paths: {@code *} and {@code ?} within a part, {@code **} for any parts
 * @param files how many at most
 * @param bytes how many in all at most
 */
record Keep(List<String> patterns, int files, long bytes) {
    static final Keep NOTHING = new Keep(List.of(), 0, 0);
    /** What a compile step made. */
    static final Keep EVERYTHING = new Keep(List.of("**"), 2_000, 64L << 20);

    private static final int ARTIFACTS = 32;
    private static final int ARTIFACT_MIB = 16;

    /** What a submission asked for: 32 files and 16 MiB, as the contract has it. */
    static Keep artifacts(List<String> patterns) {
        return patterns.isEmpty() ? NOTHING : new Keep(List.copyOf(patterns), ARTIFACTS, (long) ARTIFACT_MIB << 20);
    }

    /** A sentence about artifacts that were not taken; empty for none. */
    static String leftOut(int count) {
        return count == 0 ? "" : "Not all artifacts were kept: " + (count == 1 ? "one is" : count + " are") + " beyond "
                + ARTIFACTS + " files or " + ARTIFACT_MIB + " MiB in all, cannot be read, or have a name that is no text.";
    }
}
