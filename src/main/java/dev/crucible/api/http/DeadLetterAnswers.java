package dev.crucible.api.http;

import dev.crucible.api.DeadLetters;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.queue.DeadLetter;
import dev.crucible.queue.DeadTask;
import dev.crucible.queue.Task;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The JSON answers about dead letters. */
final class DeadLetterAnswers {
    private DeadLetterAnswers() {}

    record LostAttemptView(int attempt, Instant at, String error) {}

    record Letter(String evalId, Instant deadAt, int attempts, List<LostAttemptView> history) {}

    record Listed(List<Letter> tasks, int count) {}

    /** What was submitted; of files the names and sizes. */
    record Original(
            String submitter,
            String code,
            List<EvaluationAnswers.File> files,
            @Nullable String entrypoint,
            String language,
            String engine,
            int priority,
            String stdin,
            List<String> args,
            EvaluationAnswers.LimitsView limits,
            int tests,
            Map<String, String> tags) {}

    /** {@code task} is null when the journal's copy cannot be read. */
    record Whole(
            String evalId, Instant deadAt, int attempts, List<LostAttemptView> history, @Nullable Original task) {}

    /** {@code by_error} counts the last error of each, the most frequent 20. */
    record Figures(
            int total, int lastHour, @Nullable Instant newestAt, @Nullable Instant oldestAt, Map<String, Integer> byError) {}

    record Retried(
            String evalId, String retryOf, String status, String message, @Nullable Integer queuePosition) {}

    record Refused(String evalId, String code, String detail) {}

    record RetriedMany(List<Retried> retried, List<Refused> failed, int remaining) {}

    record Discarded(List<String> discarded, int remaining) {}

    static Letter letter(DeadLetter letter) {
        return new Letter(letter.id().value(), letter.deadAt(), letter.attempts(), history(letter));
    }

    private static List<LostAttemptView> history(DeadLetter letter) {
        return letter.history().stream()
                .map(lost -> new LostAttemptView(lost.attempt(), lost.at(), lost.error()))
                .toList();
    }

    static Whole whole(DeadTask dead) {
        DeadLetter letter = dead.letter();
        return new Whole(
                letter.id().value(), letter.deadAt(), letter.attempts(), history(letter),
                dead.task() == null ? null : original(dead.task()));
    }

    private static Original original(Task task) {
        Submission asked = task.submission();
        return new Original(
                task.submitter(), asked.code(), Views.files(asked), asked.entrypoint(), asked.language(), asked.engine(),
                asked.priority(), asked.stdin(), asked.args(), Views.limits(asked.limits()), asked.tests().size(),
                new TreeMap<>(asked.tags()));
    }

    static Retried retried(DeadLetters.Retry retry) {
        EvaluationAnswers.Queued queued = Views.queued(retry.accepted());
        return new Retried(
                queued.evalId(), retry.of().value(), queued.status(), queued.message(), queued.queuePosition());
    }

    static RetriedMany retried(DeadLetters.Retries retries, int remaining) {
        return new RetriedMany(
                retries.retried().stream().map(DeadLetterAnswers::retried).toList(),
                retries.refused().stream()
                        .map(refused -> new Refused(
                                refused.of().value(), refused.why().code().code(), refused.why().getMessage()))
                        .toList(),
                remaining);
    }

    static Discarded discarded(List<EvaluationId> gone, int remaining) {
        return new Discarded(gone.stream().map(EvaluationId::value).toList(), remaining);
    }
}
