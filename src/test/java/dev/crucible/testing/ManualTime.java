package dev.crucible.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Time that moves when a test says so: the wall clock and the monotonic one. */
public final class ManualTime implements InstantSource {
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private long nanos = 1_000_000_000L;

    @Override
    public synchronized Instant instant() {
        return now;
    }

    public synchronized long nanos() {
        return nanos;
    }

    public synchronized void advance(Duration duration) {
        now = now.plus(duration);
        nanos += duration.toNanos();
    }

    /** Sets the wall clock, as an operator or NTP does; the monotonic clock does not care. */
    public synchronized void setWallClock(Instant instant) {
        now = instant;
    }
}
