package dev.crucible.bench;

/**
 * One run of a task, in seconds of the machine's monotonic clock, which is the same for all processes.
 *
 * @param ended when its result was stored; when it started, where results are not
 * @param worker the process or thread that ran it
 */
record TaskRun(String kind, double sent, double started, double ended, long worker) {
    double waitedMillis() {
        return (started - sent) * 1000;
    }

    static double now() {
        return System.nanoTime() / 1e9;
    }
}
