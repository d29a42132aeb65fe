package dev.crucible.queue.http;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How the latest tasks ended, for those who ask after the queue has forgotten them, and so that a submission that is
 * repeated after its end does not run again. Thread-safe, bounded.
 */
final class RecentEnds {
    private static final int REMEMBERED = 10_000;

    record End(EvaluationStatus status, int attempt) {}

    private final Map<EvaluationId, End> ends = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<EvaluationId, End> eldest) {
            return size() > REMEMBERED;
        }
    };

    synchronized Optional<End> of(EvaluationId id) {
        return Optional.ofNullable(ends.get(id));
    }

    /** Notes an end while it is made: it is known before the queue can forget the task, and not at all if it fails. */
    void during(EvaluationId id, End end, Runnable ending) {
        End before = note(id, end);
        try {
            ending.run();
        } catch (RuntimeException e) {
            restore(id, before);
            throw e;
        }
    }

    private synchronized @Nullable End note(EvaluationId id, End end) {
        return ends.put(id, end);
    }

    /** Notes an end that another may still go over. */
    synchronized void noteIfNone(EvaluationId id, End end) {
        ends.putIfAbsent(id, end);
    }

    private synchronized void restore(EvaluationId id, @Nullable End before) {
        if (before == null) {
            ends.remove(id);
        } else {
            ends.put(id, before);
        }
    }
}
