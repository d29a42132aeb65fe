package dev.crucible.executor.http;

import dev.crucible.kernel.EvaluationId;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which member of a fleet was last found to hold an execution; the latest ones, so it may be forgotten. Thread-safe. */
final class FleetOwners {
    private static final int MOST = 10_000;

    private final Map<EvaluationId, FleetMember> owners = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<EvaluationId, FleetMember> eldest) {
            return size() > MOST;
        }
    };

    synchronized @Nullable FleetMember of(EvaluationId id) {
        return owners.get(id);
    }

    synchronized void put(EvaluationId id, FleetMember owner) {
        owners.put(id, owner);
    }

    synchronized void forget(EvaluationId id) {
        owners.remove(id);
    }
}
