package dev.crucible.testing;

import dev.crucible.events.EvaluationEvent;
import dev.crucible.events.Event;
import dev.crucible.events.EventBus;
import dev.crucible.events.OutputEvent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Keeps events in memory and delivers them on the publisher's thread. */
public final class FakeBus implements EventBus {
    private final List<EvaluationEvent> kept = new ArrayList<>();
    private final Set<Long> sources = new HashSet<>();
    private final List<Consumer<Event>> listeners = new CopyOnWriteArrayList<>();

    @Override
    public synchronized void publish(List<? extends Event> events) {
        for (Event published : events) {
            if (!(published instanceof EvaluationEvent event)) {
                listeners.forEach(listener -> listener.accept(published));
            } else if (sources.add(event.source())) {
                EvaluationEvent placed = new EvaluationEvent(
                        kept.size() + 1, event.source(), event.evalId(), event.submitter(), event.status(), event.at(),
                        event.data());
                kept.add(placed);
                listeners.forEach(listener -> listener.accept(placed));
            }
        }
    }

    @Override
    public synchronized void publish(OutputEvent event) {
        listeners.forEach(listener -> listener.accept(event));
    }

    @Override
    public Subscription subscribe(Consumer<Event> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public synchronized List<EvaluationEvent> replay(long after, int limit) {
        return kept.stream().filter(event -> event.position() > after).limit(limit).toList();
    }

    @Override
    public synchronized long position() {
        return kept.size();
    }

    @Override
    public synchronized long lastSource() {
        return sources.stream().mapToLong(Long::longValue).max().orElse(0);
    }
}
