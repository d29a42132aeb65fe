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
    private static final int COMPILED = 2_000;
    private static final long COMPILED_MOST = 64L << 20;
    private static final long COMPILED_LEAST = 4L << 20;

    private static final int ARTIFACTS = 32;
    private static final int ARTIFACT_MIB = 16;

    /** What a submission asked for: 32 files and 16 MiB, as the contract has it. */
    static Keep artifacts(List<String> patterns) {
        return patterns.isEmpty() ? NOTHING : new Keep(List.copyOf(patterns), ARTIFACTS, (long) ARTIFACT_MIB << 20);
    }

    /**
     * What a compile step made. It stays in memory while its program runs, so all of them together get half of the heap at
     * most, whatever programs do: the other executions are not to suffer for it.
     *
     * @param heap bytes
     * @param executions that may run at once
     */
    static Keep compiled(long heap, int executions) {
        return new Keep(List.of("**"), COMPILED, Math.max(COMPILED_LEAST, Math.min(COMPILED_MOST, heap / 2 / executions)));
    }

    /** A sentence about files of a compile step that were not taken. */
    String notCarried(int count) {
        return "It compiles, but " + (count == 1 ? "one file" : count + " files") + " that the compile step left cannot be"
                + " carried to the run: beyond " + (SupervisorProtocol.MAX_FILE >> 20) + " MiB each, " + (bytes >> 20)
                + " MiB or " + files + " files in all, or not readable, or with a name that is no text.";
    }

    /** A sentence about artifacts that were not taken; empty for none. */
    static String leftOut(int count) {
        return count == 0 ? "" : "Not all artifacts were kept: " + (count == 1 ? "one is" : count + " are") + " beyond "
                + ARTIFACTS + " files or " + ARTIFACT_MIB + " MiB in all, cannot be read, or have a name that is no text.";
    }
}
