package dev.crucible.queue;

/** What became of a task whose attempt was lost. */
public enum Failed {
    RETRYING,
    DEAD_LETTER
}
