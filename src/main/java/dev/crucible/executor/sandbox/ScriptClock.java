package dev.crucible.executor.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The CPU time that a scripted supervisor uses for a run: in the cgroup's count it looks like the guest's, and a guest
 * that writes much in small pieces makes it use as much as the guest itself.
 */
final class ScriptClock {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final @Nullable Path schedule;
    private final long begin;
    // Guarded by this object's monitor.
    private long last;

    private ScriptClock(@Nullable Path schedule) {
        this.schedule = schedule;
        this.begin = nanos();
        this.last = begin;
    }

    /** Counts from here what the one child of {@code bubblewrap} uses. Counts nothing where the kernel does not. */
    static ScriptClock start(Process bubblewrap) {
        return new ScriptClock(bubblewrap.children().findFirst()
                .map(supervisor -> Path.of("/proc/" + supervisor.pid() + "/schedstat")).orElse(null));
    }

    /** What was used so far, and once the supervisor is gone what was last seen. */
    synchronized long millis() {
        last = Math.max(last, nanos());
        return (last - begin) / NANOS_PER_MILLI;
    }

    private long nanos() {
        try {
            return schedule == null ? 0 : Long.parseLong(Files.readString(schedule).split(" ")[0]);
        } catch (IOException e) {
            return 0;
        }
    }
}
