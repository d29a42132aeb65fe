package dev.crucible.events.http;

import dev.crucible.events.EventBus;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The subscribers in other processes. One that asks no more is forgotten after a while. Thread-safe. */
final class Listeners {
    private static final int MAX_LISTENERS = 64;
    private static final Duration KEPT = Duration.ofSeconds(60);

    private static final class Known {
        final Listener listener;
        int asking;
        long lastAsked;

        Known(Listener listener) {
            this.listener = listener;
        }
    }

    private final EventBus bus;
    private final Map<String, Known> known = new HashMap<>();
    private long forgottenMissed;
    private boolean closed;

    Listeners(EventBus bus) {
        this.bus = bus;
    }

    /**
     * What came for a listener; for one that is not known, or for none, a new one is made.
     *
     * @param after the position up to which the subscriber knows all, or null for one that begins now
     */
    EventWire.Live poll(@Nullable String id, @Nullable Long after, long seen, Duration wait) throws InterruptedException {
        String name;
        boolean fresh;
        Known one;
        synchronized (this) {
            fresh = id == null || !known.containsKey(id);
            name = fresh ? UUID.randomUUID().toString() : id;
            one = fresh ? add(name) : known.get(name);
            one.asking++;
        }
        try {
            return after == null ? one.listener.join() : one.listener.poll(after, fresh ? 0 : seen, wait);
        } finally {
            synchronized (this) {
                one.asking--;
                one.lastAsked = System.nanoTime();
            }
        }
    }

    private Known add(String name) {
        forgetSilent();
        if (closed || known.size() >= MAX_LISTENERS) {
            throw PlatformException.retryLater(closed ? ErrorCode.STOPPING : ErrorCode.RATE_LIMITED,
                    closed ? "The server is stopping." : "There are as many listeners as there may be.", Duration.ofSeconds(5));
        }
        Known added = new Known(new Listener(name, bus));
        added.listener.open();
        known.put(name, added);
        return added;
    }

    private void forgetSilent() {
        long now = System.nanoTime();
        for (Iterator<Known> each = known.values().iterator(); each.hasNext();) {
            Known one = each.next();
            if (one.asking == 0 && now - one.lastAsked > KEPT.toNanos()) {
                forgottenMissed += one.listener.missed();
                one.listener.close();
                each.remove();
            }
        }
    }

    synchronized int count() {
        forgetSilent();
        return known.size();
    }

    /** Output events that listeners were too slow for. */
    synchronized long missed() {
        return forgottenMissed + known.values().stream().mapToLong(one -> one.listener.missed()).sum();
    }

    synchronized void close() {
        closed = true;
        known.values().forEach(one -> one.listener.close());
        known.clear();
    }
}
