package dev.crucible.executor;

import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the supervisor says of a run that ended.
 *
 * @param exitCode or null when a signal ended it
 * @param signal or null when it exited
 * @param timeout the deadline that ended it
 * @param filesLeftOut files that were wanted and are beyond the caps
 * @param maxRssBytes what the largest of its processes held in memory, pages it shared with its loaded interpreter included;
 *     0 when it is not known
 */
record ExitReport(
        @Nullable Integer exitCode,
        @Nullable Integer signal,
        long wallMicros,
        long cpuMicros,
        Deadline timeout,
        boolean diskFull,
        boolean forkDenied,
        int filesLeftOut,
        long maxRssBytes) {
    enum Deadline {
        NONE,
        WALL,
        CPU
    }

    /** @throws IOException if {@code text} is not what the protocol says */
    static ExitReport parse(String text) throws IOException {
        Map<String, String> values = lines(text);
        try {
            String exit = values.get("exit");
            String signal = values.get("signal");
            if ((exit == null) == (signal == null)) {
                throw new IOException("the supervisor's report names not exactly one of exit and signal");
            }
            return new ExitReport(
                    exit == null ? null : Integer.valueOf(exit),
                    signal == null ? null : Integer.valueOf(signal),
                    Long.parseLong(values.getOrDefault("wall_us", "0")),
                    Long.parseLong(values.getOrDefault("cpu_us", "0")),
                    Deadline.valueOf(values.getOrDefault("timeout", "none").toUpperCase(Locale.ROOT)),
                    "1".equals(values.get("disk_full")),
                    "1".equals(values.get("fork_denied")),
                    Integer.parseInt(values.getOrDefault("left_out", "0")),
                    Long.parseLong(values.getOrDefault("max_rss_kb", "0")) * 1024);
        } catch (IllegalArgumentException e) {
            throw new IOException("the supervisor's report cannot be read", e);
        }
    }

    /** The values of {@code name=value} lines. */
    static Map<String, String> lines(String text) {
        Map<String, String> values = new HashMap<>();
        for (String line : text.split("\n")) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                values.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        return values;
    }

    boolean success() {
        return exitCode != null && exitCode == 0;
    }

    boolean endedBy(int number) {
        return signal != null && signal == number;
    }
}
