package dev.crucible.queue.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.crucible.kernel.evaluation.Submission;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the queue's edge answers, as records: the wire is made of them and so is its documentation. */
final class QueueAnswers {
    private QueueAnswers() {}

    /** @param position tasks that go before it */
    record Queued(String evalId, String status, int position) {}

    record Status(String status) {}

    /** @param expiresIn seconds */
    record Beat(boolean cancelRequested, double expiresIn) {}

    /**
     * @param token to show with every word about this attempt
     * @param expiresIn seconds, unless a heartbeat comes before
     * @param waited seconds that the task waited for this attempt
     */
    record LeaseView(String token, double expiresIn, int attempt, double waited) {}

    /** @param content base64 */
    record FileView(String path, String content, String encoding) {}

    /** A task as a worker of any kind can read it, sizes in bytes and times in seconds. */
    record PlainLease(
            String evalId,
            String code,
            String language,
            String engine,
            double timeout,
            int priority,
            String stdin,
            List<String> args,
            Map<String, String> env,
            double cpuTimeLimit,
            long memoryLimit,
            double cpuLimit,
            long diskLimit,
            long outputLimit,
            int pidsLimit,
            String isolation,
            List<FileView> files,
            @Nullable String entrypoint,
            @Nullable String traceparent,
            LeaseView lease) {}

    /** The same between our own processes: the submission as it is. */
    record WholeLease(String evalId, String submitter, Submission submission, LeaseView lease) {}

    /**
     * @param status of the evaluation, as far as the queue knows
     * @param state where the queue has it, or null when it has it no more
     */
    record View(
            String evalId,
            String status,
            @Nullable String state,
            int position,
            @Nullable Instant queuedAt,
            @Nullable Integer priority,
            int attempt,
            String message) {}

    record Figures(
            int queued,
            int processing,
            int queueLength,
            int totalTasks,
            int delayed,
            int deadLetters,
            Map<String, Integer> byPriority,
            @Nullable Double oldestAgeSeconds,
            int workers,
            boolean paused,
            boolean draining,
            Map<String, Level> levels,
            @Nullable Double priorityEffectiveness) {}

    /** One priority; see the metrics of the same names. */
    record Level(
            int queued,
            @Nullable Double oldestAgeSeconds,
            @Nullable Double waitP50Seconds,
            @Nullable Double waitP95Seconds,
            long handedOut,
            long lifted,
            double perSecond,
            double starvation) {}

    record Health(
            String status,
            String service,
            String version,
            Instant timestamp,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String detail) {}

    record Paused(boolean paused, boolean draining) {}

    /** @param answer removed, requested or unknown */
    record Cancelled(String evalId, String answer) {}

    /** @param delayed tasks that wait for their time and are still there */
    record Cleared(int removed, int delayed) {}

    record Loss(int attempt, Instant at, String error) {}

    record Dead(String evalId, Instant deadAt, int attempts, List<Loss> history) {}

    record DeadList(List<Dead> tasks, int count, int total) {}

    /** @param submission null when the journal's copy of the task cannot be read */
    record DeadWhole(
            String evalId,
            Instant deadAt,
            int attempts,
            List<Loss> history,
            @Nullable String submitter,
            @Nullable Submission submission) {}

    /** @param byError how many of the newest 1,000 ended with each error */
    record DeadFigures(
            int total, @Nullable Instant newestAt, @Nullable Instant oldestAt, Map<String, Integer> byError) {}

    record Discarded(List<String> discarded, int remaining) {}

    static @Nullable Double secondsOrNull(@Nullable Duration time) {
        return time == null ? null : Double.valueOf(seconds(time));
    }

    static @Nullable Duration durationOrNull(@Nullable Double seconds) {
        return seconds == null ? null : duration(seconds);
    }

    static double seconds(Duration time) {
        return time.toNanos() / 1e9;
    }

    static Duration duration(double seconds) {
        return Duration.ofNanos(Math.round(seconds * 1e9));
    }
}
