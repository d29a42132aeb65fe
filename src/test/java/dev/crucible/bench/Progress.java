package dev.crucible.bench;

/** What happens meanwhile, on the error stream, so that the table alone can be kept. */
final class Progress {
    private static final long START = System.nanoTime();

    private Progress() {}

    static void say(String words) {
        System.err.printf("[%3d s] %s%n", (System.nanoTime() - START) / 1_000_000_000, words);
    }
}
