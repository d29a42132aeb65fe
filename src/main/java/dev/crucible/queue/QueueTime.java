package dev.crucible.queue;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** The queue's two clocks: the wall clock for what people read, and a monotonic one, in nanoseconds, that judges. */
record QueueTime(InstantSource clock, LongSupplier nanos) {
    /** Beyond a century nanoseconds would overflow, and nobody waits that long. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    QueueTime {
        requireNonNull(clock, "clock is null");
        requireNonNull(nanos, "nanos is null");
    }

    Instant instant() {
        return clock.instant();
    }

    long now() {
        return nanos.getAsLong();
    }

    /** When it is, or was, a time of the wall clock on the monotonic one; as the two stand now. */
    long at(Instant time) {
        Duration until = Duration.between(clock.instant(), time);
        if (until.compareTo(LONGEST) > 0) {
            until = LONGEST;
        } else if (until.compareTo(LONGEST.negated()) < 0) {
            until = LONGEST.negated();
        }
        return now() + until.toNanos();
    }
}
