package dev.crucible.dispatch;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * Settings of the worker.
 *
 * @param workerId names this worker in leases and records; {@code -1}, {@code -2}, … is added for each slot
 * @param slots evaluations that run at once
 * @param lease the queue's lease; a heartbeat is sent three times as often
 * @param grace how long running work may go on once the worker is closed
 */
public record DispatchConfig(String workerId, int slots, Duration lease, Duration grace) {
    public DispatchConfig {
        requireNonNull(workerId, "workerId is null");
        requireNonNull(lease, "lease is null");
        requireNonNull(grace, "grace is null");
        if (slots < 1) {
            throw new IllegalArgumentException("slots is below 1");
        }
    }
}
