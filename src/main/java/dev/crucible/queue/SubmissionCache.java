package dev.crucible.queue;

import static java.util.Objects.requireNonNull;

/**
 * Which waiting tasks keep their submission in memory beside the journal's copy: as many as fit, the earliest first. A
 * queue whose journal keeps none holds them all. Guarded by the queue's lock.
 */
final class SubmissionCache {
    /** In characters of code and input. */
    private static final long MOST = 32L << 20;

    private final boolean journalKeepsThem;
    private long held;

    SubmissionCache(boolean journalKeepsThem) {
        this.journalKeepsThem = journalKeepsThem;
    }

    /** A task has come: it keeps its submission if there is room. */
    void keep(Entry entry) {
        if (!journalKeepsThem) {
            return;
        }
        long cost = cost(requireNonNull(entry.task));
        if (held + cost > MOST) {
            entry.task = null;
        } else {
            held += cost;
        }
    }

    /** The submission has been handed out. */
    void forget(Entry entry) {
        if (journalKeepsThem && entry.task != null) {
            held -= cost(entry.task);
            entry.task = null;
        }
    }

    private static long cost(Task task) {
        return 500L + task.submission().code().length() + task.submission().stdin().length();
    }
}
