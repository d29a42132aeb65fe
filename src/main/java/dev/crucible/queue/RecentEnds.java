package dev.crucible.queue;

import dev.crucible.kernel.EvaluationId;
import java.util.LinkedHashMap;
import java.util.Map;

/** The tasks that ended last, whose workers may still ask again because an answer was lost. Guarded by the queue's lock. */
final class RecentEnds {
    private static final int MOST = 10_000;

    private final Map<EvaluationId, Ended> ends = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<EvaluationId, Ended> eldest) {
            return size() > MOST;
        }
    };

    /** The last attempt of a task, and whether it ended with the result of that. */
    private record Ended(int attempt, boolean withItsResult) {}

    void add(Entry entry, boolean withItsResult) {
        if (entry.attempt > 0) {
            ends.put(entry.id, new Ended(entry.attempt, withItsResult));
        }
    }

    boolean haveResultOf(LeaseToken token) {
        return new Ended(token.attempt(), true).equals(ends.get(token.id()));
    }

    /** The last attempt of an earlier task with this id, so that a new one makes no token that somebody still holds. */
    int lastAttempt(EvaluationId id) {
        Ended before = ends.get(id);
        return before == null ? 0 : before.attempt();
    }
}
