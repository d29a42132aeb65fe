package dev.crucible.executor;

import dev.crucible.kernel.evaluation.Limits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a language needs otherwise than the usual limits; null where the usual is right. All values are positive.
 *
 * @param timeout wall-clock time
 * @param cpuMillis share of CPU in thousandths
 * @param memoryBytes memory of all processes and writable files together
 * @param diskBytes bytes that fit in the work folder, and as many again in {@code /tmp}
 * @param pids processes and threads at once
 */
public record LanguageLimits(
        @Nullable Duration timeout,
        @Nullable Integer cpuMillis,
        @Nullable Long memoryBytes,
        @Nullable Long diskBytes,
        @Nullable Integer pids) {
    /** The usual limits are right. */
    public static final LanguageLimits NONE = new LanguageLimits(null, null, null, null, null);

    public LanguageLimits {
        if ((timeout != null && (timeout.isNegative() || timeout.isZero())) || !positive(cpuMillis)
                || !positive(memoryBytes) || !positive(diskBytes) || !positive(pids)) {
            throw new IllegalArgumentException("a limit is not positive");
        }
    }

    /** {@code usual} with what is given here in its place; as much CPU time as fits into the timeout. */
    public Limits over(Limits usual) {
        Duration time = timeout == null ? usual.timeout() : timeout;
        int cpu = cpuMillis == null ? usual.cpuMillis() : cpuMillis;
        return new Limits(
                time,
                Duration.ofMillis(Math.max(1, time.toMillis() * cpu / 1000)),
                memoryBytes == null ? usual.memoryBytes() : memoryBytes,
                cpu,
                diskBytes == null ? usual.diskBytes() : diskBytes,
                usual.outputBytes(),
                pids == null ? usual.pids() : pids);
    }

    private static boolean positive(@Nullable Number number) {
        return number == null || number.longValue() > 0;
    }
}
