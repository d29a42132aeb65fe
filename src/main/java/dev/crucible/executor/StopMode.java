package dev.crucible.executor;

/** How to stop a program. */
public enum StopMode {
    /** SIGTERM to all its processes, SIGKILL five seconds later. */
    TERMINATE,
    /** SIGKILL at once. */
    KILL
}
