package dev.crucible.api.http;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent on one WebSocket: bounded, in order, one message on its way at a time. Nobody who adds to it
 * ever waits for the client. Thread-safe.
 */
final class LiveOutbox implements Callback {
    private static final int MAX_CHARS = 1 << 20;
    private static final int MAX_MESSAGES = 8_192;

    private final Session session;
    private final Runnable onOverflow;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final Deque<String> messages = new ArrayDeque<>();
    private final AtomicInteger turns = new AtomicInteger();
    private int chars;
    private boolean sending;
    private boolean closed;

    /** @param onOverflow called once, when a message did not fit; nothing is sent after it */
    LiveOutbox(Session session, Runnable onOverflow) {
        this.session = session;
        this.onOverflow = onOverflow;
    }

    void add(String message) {
        if (fits(message)) {
            pump();
        } else {
            overflow();
        }
    }

    /** Gives up on the client. */
    void overflow() {
        if (close()) {
            onOverflow.run();
        }
    }

    /** Whether half of it is free, or becomes so in time. False when it is closed. */
    boolean awaitRoom(Duration atMost) {
        lock.lock();
        try {
            long left = atMost.toNanos();
            while (!closed && !roomy() && left > 0) {
                left = room.awaitNanos(left);
            }
            return !closed && roomy();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Drops what waits. True the first time. */
    boolean close() {
        lock.lock();
        try {
            boolean first = !closed;
            closed = true;
            messages.clear();
            chars = 0;
            room.signalAll();
            return first;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void succeed() {
        lock.lock();
        try {
            sending = false;
        } finally {
            lock.unlock();
        }
        pump();
    }

    @Override
    public void fail(Throwable cause) {
        close();
    }

    private boolean fits(String message) {
        lock.lock();
        try {
            if (closed) {
                return true;
            }
            if (messages.size() >= MAX_MESSAGES || chars + message.length() > MAX_CHARS) {
                return false;
            }
            messages.add(message);
            chars += message.length();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** A message that is sent at once comes back here before its sending returns: then the outer loop goes round again. */
    private void pump() {
        if (turns.getAndIncrement() > 0) {
            return;
        }
        do {
            String next = take();
            if (next != null) {
                session.sendText(next, this);
            }
        } while (turns.decrementAndGet() > 0);
    }

    private @Nullable String take() {
        lock.lock();
        try {
            String next = sending ? null : messages.poll();
            if (next != null) {
                sending = true;
                chars -= next.length();
                if (roomy()) {
                    room.signalAll();
                }
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    private boolean roomy() {
        return messages.size() < MAX_MESSAGES / 2 && chars < MAX_CHARS / 2;
    }
}
