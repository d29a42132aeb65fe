package dev.crucible.executor.docker;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.util.BitSet;

/**
 * Unprivileged user ids, one for each open box: the kernel counts processes by user over all containers, so two boxes
 * with one id would eat into each other's limit. Thread-safe.
 */
final class Uids {
    private final int first;
    private final int count;
    private final BitSet taken = new BitSet();

    Uids(int first, int count) {
        this.first = first;
        this.count = count;
    }

    /** @throws PlatformException {@code EXECUTOR_UNAVAILABLE} if all are taken */
    synchronized int take() {
        int slot = taken.nextClearBit(0);
        if (slot >= count) {
            throw new PlatformException(
                    ErrorCode.EXECUTOR_UNAVAILABLE, "There are " + count + " containers, and no more at once are possible.");
        }
        taken.set(slot);
        return first + slot;
    }

    synchronized void giveBack(int uid) {
        taken.clear(uid - first);
    }
}
