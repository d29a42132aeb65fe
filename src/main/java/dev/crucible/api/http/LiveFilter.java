package dev.crucible.api.http;

import dev.crucible.kernel.EvaluationId;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** What one client wants to hear of: everything at first, later what it subscribed to. Not thread-safe. */
final class LiveFilter {
    static final int MAX_IDS = 1_000;

    private final Map<EvaluationId, Boolean> outputById = new HashMap<>();
    private boolean every = true;
    private boolean everyOutput;
    private boolean chosen;

    void subscribeAll(boolean output) {
        chosen = true;
        every = true;
        everyOutput = output;
    }

    /** False, and nothing is changed, when that would be too many. */
    boolean subscribe(Collection<EvaluationId> ids, boolean output) {
        long more = ids.stream().filter(id -> !outputById.containsKey(id)).distinct().count();
        if (outputById.size() + more > MAX_IDS) {
            return false;
        }
        if (!chosen) {
            chosen = true;
            every = false;
        }
        ids.forEach(id -> outputById.put(id, output));
        return true;
    }

    void unsubscribeAll() {
        chosen = true;
        every = false;
        everyOutput = false;
        outputById.clear();
    }

    void unsubscribe(Collection<EvaluationId> ids) {
        ids.forEach(outputById::remove);
    }

    boolean wantsEvents(EvaluationId id) {
        return every || outputById.containsKey(id);
    }

    boolean wantsOutput(EvaluationId id) {
        return everyOutput || outputById.getOrDefault(id, false);
    }
}
