package dev.crucible.storage;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a caller of the store asks its committer to do. */
sealed interface Write {
    /** Roughly the bytes that it holds: a batch is bounded by them, not by the number of callers. */
    long weight();

    record Create(List<NewEvaluation> batch, @Nullable IdempotencyKey key) implements Write {
        @Override
        public long weight() {
            long weight = 0;
            for (NewEvaluation made : batch) {
                weight += 1024L + made.submission().code().length() + made.submission().stdin().length();
            }
            return weight;
        }
    }

    record Apply(List<StatusChange> changes) implements Write {
        @Override
        public long weight() {
            long weight = 1024;
            for (StatusChange change : changes) {
                weight += 512;
                if (change.outcome() != null) {
                    weight += change.outcome().stdout().head().length + change.outcome().stderr().head().length
                            + change.outcome().compile().head().length;
                }
            }
            return weight;
        }
    }

    record Delete(EvaluationId id) implements Write {
        @Override
        public long weight() {
            return 1024;
        }
    }

    /** What came of a {@link Write}. */
    sealed interface Answer {}

    /** What came of several writes, one answer for each in their order; to be asked for once they are committed. */
    @FunctionalInterface
    interface Answers {
        List<Answer> get();
    }

    record Stored(Created created) implements Answer {}

    record Applied(List<Changed> answers) implements Answer {}

    record Deleted(boolean found) implements Answer {}

    /** Refused by itself; what else is in the batch is not disturbed. */
    record Refused(PlatformException why) implements Answer {}
}
