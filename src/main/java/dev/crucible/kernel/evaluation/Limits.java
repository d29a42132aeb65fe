package dev.crucible.kernel.evaluation;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * What one run may use. All values are positive.
 *
 * @param timeout wall-clock time of the guest's program; our own start-up does not count
 * @param cpuTime CPU time of all the guest's processes together
 * @param memoryBytes memory of all the guest's processes and its writable files together
 * @param cpuMillis share of CPU in thousandths
 * @param diskBytes bytes that fit in the work folder, and as many again in {@code /tmp}
 * @param outputBytes bytes kept of each of standard output and standard error
 * @param pids processes and threads that may exist at once
 */
public record Limits(
        Duration timeout, Duration cpuTime, long memoryBytes, int cpuMillis, long diskBytes, long outputBytes, int pids) {

    /** The defaults of the API: 30 s, 256Mi, 1 CPU, 64Mi, 10Mi a stream, 64 processes. */
    public static final Limits DEFAULTS = new Limits(
            Duration.ofSeconds(30), Duration.ofSeconds(30), 256L << 20, 1000, 64L << 20, 10L << 20, 64);

    public Limits {
        requireNonNull(timeout, "timeout is null");
        requireNonNull(cpuTime, "cpuTime is null");
        if (timeout.isNegative() || timeout.isZero() || cpuTime.isNegative() || cpuTime.isZero()
                || memoryBytes <= 0 || cpuMillis <= 0 || diskBytes <= 0 || outputBytes <= 0 || pids <= 0) {
            throw new IllegalArgumentException("a limit is not positive");
        }
    }
}
