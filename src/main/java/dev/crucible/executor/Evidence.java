package dev.crucible.executor;

import org.jspecify.annotations.Nullable;

/**
 * What was counted outside the guest's reach.
 *
 * @param oomKilled whether the kernel killed for memory inside the box
 * @param forksDenied how often another process was refused; 0 when nothing counts it
 * @param cpuMillis CPU of everything in the box, or null when nothing accounts for it
 * @param peakMemoryBytes or null when nothing accounts for it
 */
public record Evidence(
        boolean oomKilled, long forksDenied, @Nullable Long cpuMillis, @Nullable Long peakMemoryBytes) {
    public static final Evidence NONE = new Evidence(false, 0, null, null);
}
