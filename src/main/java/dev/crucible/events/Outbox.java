package dev.crucible.events;

import java.util.List;

/** Where status events are kept, in order. Used by one writing thread and any number of readers. */
interface Outbox {
    /**
     * Keeps events in order, all or none.
     *
     * @return those that were not there before, each with its position
     */
    List<EvaluationEvent> append(List<EvaluationEvent> events);

    List<EvaluationEvent> read(long after, int limit);

    long position();

    long lastSource();
}
