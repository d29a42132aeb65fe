package dev.crucible.executor.http;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An answer that is good for a while. One caller at a time asks anew, and the others make do with the old one meanwhile;
 * when the asking fails the old one is forgotten. Thread-safe.
 */
final class Remembered<T> {
    private final Supplier<T> source;
    private final long nanosGood;
    private final LongSupplier nanos;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile @Nullable Answer<T> last;

    private record Answer<T>(T value, long at) {}

    Remembered(Supplier<T> source, Duration good, LongSupplier nanos) {
        this.source = source;
        this.nanosGood = good.toNanos();
        this.nanos = nanos;
    }

    T get() {
        Answer<T> known = last;
        if (good(known)) {
            return known.value();
        }
        if (known == null) {
            asking.lock();
        } else if (!asking.tryLock()) {
            return known.value();
        }
        try {
            Answer<T> meanwhile = last;
            return good(meanwhile) ? meanwhile.value() : ask();
        } finally {
            asking.unlock();
        }
    }

    private T ask() {
        last = null;
        T value = source.get();
        last = new Answer<>(value, nanos.getAsLong());
        return value;
    }

    private boolean good(@Nullable Answer<T> answer) {
        return answer != null && nanos.getAsLong() - answer.at() < nanosGood;
    }
}
