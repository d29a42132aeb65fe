package dev.crucible.bench;

/**
 * Something that is timed beside others.
 *
 * @param every it takes part in each so manieth round: what is slow is done less often
 * @param restMillis how long it is let rest beforehand and afterwards, so that what is left to be done after it, such as a
 *     new box, is nobody else's cost
 */
record Contender(String name, int every, long restMillis, Body body) {
    /** What is timed. */
    @FunctionalInterface
    interface Body {
        /** Does it, and returns what is to be checked once the time has been taken. */
        Check run() throws Exception;
    }

    /** Not timed. */
    @FunctionalInterface
    interface Check {
        void run() throws Exception;
    }

    /** A process that is started, waited for, and leaves nothing to be done. */
    static Contender process(String name, int every, Programs.Command command) {
        return new Contender(name, every, 0, () -> {
            command.run();
            return () -> {};
        });
    }
}
