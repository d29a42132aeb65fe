package dev.crucible.queue;

/** What became of a wish to cancel. */
public enum CancelAnswer {
    /** It was waiting and is gone; the cancellation is settled. */
    REMOVED,
    /** A worker has it and will be told. */
    REQUESTED,
    /** The queue does not hold it: it ended, or never was. */
    UNKNOWN
}
