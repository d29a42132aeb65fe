package dev.crucible.queue;

import java.time.Duration;

/** The answer to a heartbeat. */
public record Extension(boolean cancelRequested, Duration expiresIn) {}
