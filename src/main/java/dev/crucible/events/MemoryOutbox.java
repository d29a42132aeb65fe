package dev.crucible.events;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Keeps the newest events of this process. */
final class MemoryOutbox implements Outbox {
    private static final int KEPT = 100_000;

    private final Deque<EvaluationEvent> events = new ArrayDeque<>();
    private long position;
    private long lastSource;

    @Override
    public synchronized List<EvaluationEvent> append(List<EvaluationEvent> added) {
        List<EvaluationEvent> fresh = new ArrayList<>(added.size());
        for (EvaluationEvent event : added) {
            if (event.source() > lastSource) {
                lastSource = event.source();
                EvaluationEvent placed = event.at(++position);
                events.add(placed);
                fresh.add(placed);
            }
        }
        while (events.size() > KEPT) {
            events.removeFirst();
        }
        return fresh;
    }

    @Override
    public synchronized List<EvaluationEvent> read(long after, int limit) {
        return events.stream().filter(event -> event.position() > after).limit(limit).toList();
    }

    @Override
    public synchronized long position() {
        return position;
    }

    @Override
    public synchronized long lastSource() {
        return lastSource;
    }
}
