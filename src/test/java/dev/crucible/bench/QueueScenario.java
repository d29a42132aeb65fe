package dev.crucible.bench;

import dev.crucible.queue.QueueConfig;
import java.time.Duration;

/**
 * How the queues are set up for one measurement. Ours has one way to work; Celery has several, and gets the one
 * that is best for what is asked.
 *
 * @param priorities whether Celery's queue has levels; ours always has
 * @param acksLate whether Celery gives a task up only once it is done, as ours does; its default is as soon as it starts
 * @param prefetch messages that each process of Celery's worker takes ahead
 */
record QueueScenario(boolean priorities, boolean acksLate, int prefetch, QueueConfig ours) {
    /** Celery's default, but for the given number taken ahead. */
    static QueueScenario plain(int prefetch) {
        return new QueueScenario(false, false, prefetch, QueueConfig.DEFAULTS);
    }

    /** Levels, and one task at a time that is kept until it is done. */
    static QueueScenario levels(QueueConfig ours) {
        return new QueueScenario(true, true, 1, ours);
    }

    /** One task at a time that is kept until it is done, and comes back after {@code lease}. */
    static QueueScenario kept(Duration lease) {
        return new QueueScenario(false, true, 1, lease(lease));
    }

    static QueueConfig lease(Duration lease) {
        QueueConfig usual = QueueConfig.DEFAULTS;
        return new QueueConfig(usual.capacity(), usual.agingInterval(), lease, usual.maxAttempts());
    }

    static QueueConfig aging(Duration interval) {
        QueueConfig usual = QueueConfig.DEFAULTS;
        return new QueueConfig(usual.capacity(), interval, usual.lease(), usual.maxAttempts());
    }

    static QueueConfig roomFor(int tasks) {
        QueueConfig usual = QueueConfig.DEFAULTS;
        return new QueueConfig(tasks, usual.agingInterval(), usual.lease(), usual.maxAttempts());
    }
}
