package dev.crucible.app.cli;

/** How much is logged, on standard error. */
final class Logging {
    private Logging() {}

    /** To be called before anything logs: {@code logback.xml} reads it then. */
    static void level(String level) {
        System.setProperty("crucible.log.level", level);
    }
}
