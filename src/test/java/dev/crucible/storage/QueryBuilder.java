package dev.crucible.storage;

import dev.crucible.kernel.evaluation.EvaluationStatus;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A query of the newest hundred with the filters that a test names. */
final class QueryBuilder {
    private Set<EvaluationStatus> statuses = Set.of();
    private Map<String, String> tags = Map.of();
    private @Nullable String language;
    private @Nullable String engine;
    private @Nullable Integer priority;
    private @Nullable String submitter;
    private @Nullable Instant since;
    private @Nullable Instant until;
    private @Nullable String text;

    QueryBuilder statuses(Set<EvaluationStatus> wanted) {
        statuses = wanted;
        return this;
    }

    QueryBuilder tags(Map<String, String> wanted) {
        tags = wanted;
        return this;
    }

    QueryBuilder language(String wanted) {
        language = wanted;
        return this;
    }

    QueryBuilder engine(String wanted) {
        engine = wanted;
        return this;
    }

    QueryBuilder priority(int wanted) {
        priority = wanted;
        return this;
    }

    QueryBuilder submitter(String wanted) {
        submitter = wanted;
        return this;
    }

    QueryBuilder since(Instant wanted) {
        since = wanted;
        return this;
    }

    QueryBuilder until(Instant wanted) {
        until = wanted;
        return this;
    }

    QueryBuilder text(String wanted) {
        text = wanted;
        return this;
    }

    EvaluationQuery build() {
        return new EvaluationQuery(
                100, null, 0, statuses, language, engine, priority, tags, submitter, since, until, text);
    }
}
