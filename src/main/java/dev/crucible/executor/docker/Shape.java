package dev.crucible.executor.docker;

import dev.crucible.kernel.evaluation.Limits;

/**
 * What a container is made with and keeps: boxes of one shape can stand in for each other.
 *
 * @param loads whether an interpreter is loaded, to be forked for each run
 * @param diskBytes of the work folder, and of {@code /tmp} and {@code /dev/shm} each
 */
record Shape(String image, boolean loads, long memoryBytes, int cpuMillis, long diskBytes, int pids) {
    static Shape of(String image, boolean loads, Limits limits) {
        return new Shape(image, loads, limits.memoryBytes(), limits.cpuMillis(), limits.diskBytes(), limits.pids());
    }
}
