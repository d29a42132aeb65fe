package dev.crucible.platform.submission;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.Quantity;
import dev.crucible.kernel.evaluation.Limits;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Holds a submission's limits against what the host allows. */
public final class LimitCeiling {
    private final Limits max;

    public LimitCeiling(Limits max) {
        this.max = requireNonNull(max, "max is null");
    }

    public Limits max() {
        return max;
    }

    /** @throws PlatformException {@code LIMIT_EXCEEDED} naming each limit that is too high, and its maximum */
    public void check(Limits asked) {
        List<String> exceeded = new ArrayList<>();
        time(exceeded, "timeout", asked.timeout(), max.timeout());
        time(exceeded, "cpu_time_limit", asked.cpuTime(), max.cpuTime());
        size(exceeded, "memory_limit", asked.memoryBytes(), max.memoryBytes());
        size(exceeded, "disk_limit", asked.diskBytes(), max.diskBytes());
        size(exceeded, "output_limit", asked.outputBytes(), max.outputBytes());
        if (asked.cpuMillis() > max.cpuMillis()) {
            exceeded.add(says("cpu_limit", cpus(max.cpuMillis())));
        }
        if (asked.pids() > max.pids()) {
            exceeded.add(says("pids_limit", Integer.toString(max.pids())));
        }
        if (!exceeded.isEmpty()) {
            throw new PlatformException(ErrorCode.LIMIT_EXCEEDED, String.join(" ", exceeded));
        }
    }

    private static void time(List<String> exceeded, String name, Duration asked, Duration max) {
        if (asked.compareTo(max) > 0) {
            exceeded.add(says(name, seconds(max)));
        }
    }

    private static void size(List<String> exceeded, String name, long asked, long max) {
        if (asked > max) {
            exceeded.add(says(name, Quantity.bytesText(max)));
        }
    }

    private static String says(String name, String max) {
        return name + " exceeds the maximum of " + max + " on this host.";
    }

    private static String seconds(Duration time) {
        return BigDecimal.valueOf(time.toMillis(), 3).stripTrailingZeros().toPlainString() + " s";
    }

    private static String cpus(int millis) {
        return BigDecimal.valueOf(millis, 3).stripTrailingZeros().toPlainString();
    }
}
