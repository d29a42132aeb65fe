package dev.crucible.executor.pool;

import java.nio.file.Path;

/** Whether the host has anything left to make boxes with that nobody has asked for yet. */
public interface Headroom {
    /** Memory is short: boxes that nobody needs right now had better go. */
    boolean memoryShort();

    /** There is much more to do than there are processors: whoever waits for one should not wait for us as well. */
    boolean overloaded();

    /** How many boxes of so many bytes may be kept at once; at least two. */
    int boxes(long bytesEach);

    /** As this host has it at each moment. */
    static Headroom ofThisHost() {
        return new HostHeadroom(Path.of("/proc"), Runtime.getRuntime().availableProcessors());
    }
}
