package dev.crucible.events.http;

import dev.crucible.events.EvaluationEvent;
import dev.crucible.events.Event;
import dev.crucible.events.OutputEvent;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.concurrent.Threads;
import dev.crucible.platform.http.ServiceCall;
import dev.crucible.platform.http.ServiceClient;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Sends events to the bus of another process, in the order in which they were given, from one thread. While that process is
 * away status events wait; output beyond a bound, and output of which nobody knows whether it arrived, is dropped and
 * counted, since it is live only. Thread-safe.
 */
final class EventSender {
    private static final Logger LOG = LoggerFactory.getLogger(EventSender.class);
    /** Publishers wait when this many status events are under way, rather than fill the memory. */
    private static final int MAX_STATUS = 20_000;

    private static final long MAX_OUTPUT_BYTES = 8L << 20;
    private static final int BATCH_EVENTS = 512;
    private static final long BATCH_BYTES = 1L << 20;
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);
    private static final long RETRY_MILLIS = 250;
    /** What the other side will never take, however often it is sent. */
    private static final Set<ErrorCode> HOPELESS =
            EnumSet.of(ErrorCode.VALIDATION, ErrorCode.BAD_REQUEST, ErrorCode.BODY_TOO_LARGE);

    private final ServiceClient client;
    private final BooleanSupplier mayBegin;
    private final Deque<Event> waiting = new ArrayDeque<>();
    private final Thread thread = Threads.daemon("events-send", this::run);
    private int statusEvents;
    private long outputBytes;
    private long droppedOutput;
    private boolean closing;

    /** @param mayBegin asked before each sending; while it says no, events wait */
    EventSender(ServiceClient client, BooleanSupplier mayBegin) {
        this.client = client;
        this.mayBegin = mayBegin;
    }

    void start() {
        thread.start();
    }

    synchronized void add(List<? extends Event> events) {
        try {
            while (statusEvents >= MAX_STATUS && !closing) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        events.forEach(this::add);
        notifyAll();
    }

    private void add(Event event) {
        if (event instanceof OutputEvent output) {
            if (outputBytes + output.bytes().length > MAX_OUTPUT_BYTES) {
                droppedOutput++;
                return;
            }
            outputBytes += output.bytes().length;
        } else {
            statusEvents++;
        }
        waiting.add(event);
    }

    /** Output events that nobody will hear. */
    synchronized long droppedOutput() {
        return droppedOutput;
    }

    private void run() {
        try {
            for (List<Event> batch = take(); !batch.isEmpty(); batch = take()) {
                send(batch);
            }
        } catch (InterruptedException e) {
            LOG.atDebug().log("Sending was cut short; what waits is published again at the next start");
        }
    }

    /** The next events, or none once all are sent and it is closing. */
    private synchronized List<Event> take() throws InterruptedException {
        while (waiting.isEmpty() && !closing) {
            wait();
        }
        List<Event> batch = new ArrayList<>();
        long bytes = 0;
        while (!waiting.isEmpty() && batch.size() < BATCH_EVENTS && bytes < BATCH_BYTES) {
            Event event = waiting.remove();
            bytes += event instanceof OutputEvent output ? output.bytes().length : 0;
            batch.add(event);
        }
        return batch;
    }

    private void send(List<Event> batch) throws InterruptedException {
        List<Event> left = batch;
        while (!left.isEmpty()) {
            if (mayBegin.getAsBoolean()) {
                if (sent(left)) {
                    break;
                }
                left = left.stream().filter(EvaluationEvent.class::isInstance).toList();
            }
            pause();
        }
        done(batch, batch.size() - left.size());
    }

    private boolean sent(List<Event> events) {
        try {
            client.tell(ServiceCall.post("/events", EventWire.Events.of(events)));
            return true;
        } catch (PlatformException e) {
            boolean hopeless = HOPELESS.contains(e.code());
            LOG.atLevel(hopeless ? Level.ERROR : Level.WARN)
                    .addKeyValue("events", events.size()).addKeyValue("detail", e.getMessage())
                    .log(hopeless ? "Events were refused and are lost" : "Events could not be sent; they are sent again");
            return hopeless;
        }
    }

    private synchronized void pause() throws InterruptedException {
        if (closing) {
            throw new InterruptedException("closing");
        }
        wait(RETRY_MILLIS);
    }

    private synchronized void done(List<Event> batch, int dropped) {
        for (Event event : batch) {
            if (event instanceof OutputEvent output) {
                outputBytes -= output.bytes().length;
            } else {
                statusEvents--;
            }
        }
        droppedOutput += dropped;
        notifyAll();
    }

    /** Sends what waits, while the other side takes it. */
    void close() {
        synchronized (this) {
            closing = true;
            notifyAll();
        }
        Threads.end(thread, CLOSE_PATIENCE);
    }
}
