package dev.crucible.queue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * When leases run out. Judged by a monotonic clock that stands still while the whole process did: after a stall no live
 * worker loses its lease for heartbeats that it could not have sent. Guarded by the queue's lock.
 */
final class Leases {
    private record Deadline(Entry entry, int attempt, long at) {}

    private final PriorityQueue<Deadline> deadlines = new PriorityQueue<>(Comparator.comparingLong(Deadline::at).thenComparingLong(deadline -> deadline.entry().seq));
    private final long leaseNanos;
    /** A tick that comes later than this after the one before it was held up by a stall. */
    private final long stallNanos;

    private long lastTick;
    private long stalled;

    Leases(long leaseNanos, long stallNanos, long now) {
        this.leaseNanos = leaseNanos;
        this.stallNanos = stallNanos;
        this.lastTick = now;
    }

    /** Starts or extends the lease of an entry. */
    void grant(Entry entry, long now) {
        boolean fresh = entry.state != Entry.State.LEASED;
        entry.deadline = now - stalled + leaseNanos;
        if (fresh) {
            entry.state = Entry.State.LEASED;
            deadlines.add(new Deadline(entry, entry.attempt, entry.deadline));
        }
    }

    /** Takes the entries whose leases have run out by now from their holders. To be called at a steady pace. */
    List<Entry> expired(long now) {
        if (now - lastTick > stallNanos) {
            stalled += now - lastTick;
        }
        lastTick = now;
        List<Entry> expired = new ArrayList<>();
        while (!deadlines.isEmpty() && deadlines.peek().at() <= now - stalled) {
            Deadline deadline = deadlines.poll();
            Entry entry = deadline.entry();
            if (entry.state != Entry.State.LEASED || entry.attempt != deadline.attempt()) {
                continue;
            }
            if (entry.deadline > now - stalled) {
                deadlines.add(new Deadline(entry, entry.attempt, entry.deadline));
            } else {
                // At once, since a lease that was given again after a failed report has a second deadline in here.
                entry.state = Entry.State.ENDING;
                expired.add(entry);
            }
        }
        return expired;
    }
}
