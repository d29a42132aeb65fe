package dev.crucible.executor;

/** Where an execution stands: its sandbox is being made, its program is running, it has ended. */
public enum ExecutionPhase {
    PROVISIONING,
    RUNNING,
    ENDED
}
