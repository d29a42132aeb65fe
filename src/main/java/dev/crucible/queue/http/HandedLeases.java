package dev.crucible.queue.http;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.queue.Lease;
import dev.crucible.queue.LeaseToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The leases that this edge has handed out, for workers that know nothing of leases: they report without a token, and
 * send no heartbeat. Such a report counts for the task's latest lease, when that was given to the same address.
 * Thread-safe, bounded.
 */
final class HandedLeases {
    private static final int REMEMBERED = 100_000;

    /**
     * One of them. Times are {@link System#nanoTime}'s.
     *
     * @param address whom it was given to
     * @param outputBytes what the task may keep of each stream
     * @param length nanoseconds that each extension lasts
     * @param extendAt when it is extended next in the worker's name
     * @param heldUntil when that ends
     */
    record Handed(LeaseToken token, String address, long outputBytes, long length, long extendAt, long heldUntil) {
        static Handed of(Lease lease, String address, Duration hold) {
            long now = System.nanoTime();
            long length = lease.expiresIn().toNanos();
            return new Handed(lease.token(), address, lease.task().submission().limits().outputBytes(), length,
                    now + length / 3, now + hold.toNanos() - length);
        }

        boolean due(long now) {
            return now - extendAt >= 0 && now - heldUntil < 0;
        }

        Handed extended(long now) {
            return new Handed(token, address, outputBytes, length, now + length / 3, heldUntil);
        }
    }

    private final Map<EvaluationId, Handed> handed = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<EvaluationId, Handed> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** @param hold how long its worker is taken to be at work without saying so */
    synchronized void add(Lease lease, String address, Duration hold) {
        EvaluationId id = lease.task().id();
        handed.remove(id);
        handed.put(id, Handed.of(lease, address, hold));
    }

    /** The lease that a word means which shows no token. @throws PlatformException {@code LEASE_LOST} */
    synchronized Handed meant(EvaluationId id, String address) {
        Handed known = handed.get(id);
        if (known == null || !known.address().equals(address)) {
            throw new PlatformException(ErrorCode.LEASE_LOST, "No lease of " + id + " is held from this address; what was"
                    + " sent is not taken. A worker that takes a task and reports from elsewhere must send its lease_token.");
        }
        return known;
    }

    /** Likewise, for a report that ends the attempt: the next one is refused. */
    synchronized Handed claim(EvaluationId id, String address) {
        Handed meant = meant(id, address);
        handed.remove(id);
        return meant;
    }

    /** A claim came to nothing through a fault of ours: the worker may report again. */
    synchronized void giveBack(Handed claimed) {
        handed.putIfAbsent(claimed.token().id(), claimed);
    }

    /** The attempt is over. */
    synchronized void remove(LeaseToken token) {
        Handed known = handed.get(token.id());
        if (known != null && known.token().equals(token)) {
            handed.remove(token.id());
        }
    }

    synchronized @Nullable Handed of(LeaseToken token) {
        Handed known = handed.get(token.id());
        return known != null && known.token().equals(token) ? known : null;
    }

    /** The leases that are to be extended now in the names of workers that do not do so themselves. */
    synchronized List<LeaseToken> due() {
        long now = System.nanoTime();
        List<LeaseToken> due = new ArrayList<>();
        for (Map.Entry<EvaluationId, Handed> entry : handed.entrySet()) {
            if (entry.getValue().due(now)) {
                due.add(entry.getValue().token());
                entry.setValue(entry.getValue().extended(now));
            }
        }
        return due;
    }
}
