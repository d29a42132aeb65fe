package dev.crucible.events.http;

import static java.util.Objects.requireNonNull;

import dev.crucible.events.EvaluationEvent;
import dev.crucible.events.Event;
import java.util.List;

/** The bodies of requests and answers about events. */
final class EventWire {
    /** An answer is never held back for longer. */
    static final int LONGEST_WAIT_SECONDS = 25;

    static final int MAX_EVENTS = 10_000;

    private EventWire() {}

    /** Events in order. */
    record Events(List<EventBody> events) {
        Events {
            events = List.copyOf(requireNonNull(events, "events is null"));
        }

        static Events of(List<? extends Event> events) {
            return new Events(events.stream().map(EventBody::of).toList());
        }

        List<EvaluationEvent> kept() {
            return events.stream().map(body -> (EvaluationEvent) body.event(List.of("events"))).toList();
        }
    }

    record Taken(int events) {}

    record Position(long position, long lastSource) {}

    /**
     * What came since.
     *
     * @param listener to be named in the next request; another one than was asked for when that is not known any more
     * @param seen to be named in the next request: what came up to here has arrived
     * @param after the position that the events follow, for a listener that has none of its own yet
     * @param missed output events that this listener was too slow for, in all
     */
    record Live(String listener, long seen, long after, long missed, List<EventBody> events) {
        Live {
            events = List.copyOf(requireNonNull(events, "events is null"));
        }
    }
}
