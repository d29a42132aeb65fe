package dev.crucible.queue;

import java.time.Duration;

/**
 * Settings of the queue.
 *
 * @param capacity tasks that may wait (ready and delayed) before new ones are refused
 * @param agingInterval a waiting task gains one level each interval
 * @param lease a worker that does not extend its lease for this long has lost it
 * @param maxAttempts attempts lost through our fault before a task is a dead letter
 */
public record QueueConfig(int capacity, Duration agingInterval, Duration lease, int maxAttempts) {
    public static final QueueConfig DEFAULTS =
            new QueueConfig(1_000_000, Duration.ofSeconds(60), Duration.ofSeconds(30), 3);

    public QueueConfig {
        if (capacity < 1 || agingInterval.toMillis() < 1 || lease.toMillis() < 1 || maxAttempts < 1) {
            throw new IllegalArgumentException("a queue setting is not positive");
        }
    }
}
