package dev.crucible.storage;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A page of a list; {@code nextCursor} is null on the last one. */
public record EvaluationPage(List<EvaluationSummary> evaluations, @Nullable String nextCursor) {
    public EvaluationPage {
        evaluations = List.copyOf(evaluations);
    }
}
