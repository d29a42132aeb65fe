package dev.crucible.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The bodies of the answers about evaluations, exactly as they are on the wire. */
final class EvaluationAnswers {
    private EvaluationAnswers() {}

    record Queued(String evalId, String status, String message, @Nullable Integer queuePosition) {}

    record Batch(List<Queued> evaluations, int total, int queued, int failed) {}

    /** Times in seconds, sizes in bytes, {@code cpu_limit} in CPUs. */
    record LimitsView(
            double timeout,
            double cpuTimeLimit,
            long memoryLimit,
            double cpuLimit,
            long diskLimit,
            long outputLimit,
            int pidsLimit) {}

    record File(String path, long size) {}

    record Artifacts(String evalId, List<File> artifacts, int count) {}

    /** What was counted outside the program's reach and decided the reason. */
    record Evidence(String source, String unit, @Nullable Long limit, @Nullable Long measured) {}

    /** {@code output} and {@code error} hold the first 8 KiB. */
    record Test(
            String name,
            String reason,
            boolean passed,
            String detail,
            String output,
            String error,
            long outputSize,
            long errorSize,
            @Nullable Integer exitCode,
            @Nullable Integer signal,
            long runtimeMs,
            @Nullable Long cpuMs,
            @Nullable Long peakMemoryBytes) {}

    record Record(
            String evalId,
            String status,
            @Nullable String reason,
            @Nullable String detail,
            @Nullable Boolean success,
            @Nullable Evidence evidence,
            String code,
            List<File> files,
            @Nullable String entrypoint,
            String language,
            @Nullable String languageVersion,
            String engine,
            @Nullable String engineVersion,
            int priority,
            double timeout,
            LimitsView limits,
            String isolation,
            Instant createdAt,
            Instant queuedAt,
            @Nullable Instant startedAt,
            @Nullable Instant completedAt,
            @Nullable Long queueWaitMs,
            @Nullable Long startupMs,
            @Nullable Long runtimeMs,
            @Nullable Long cpuMs,
            @Nullable Double memoryUsedMb,
            @Nullable Long peakMemoryBytes,
            @Nullable Integer exitCode,
            @Nullable Integer signal,
            String output,
            String error,
            long outputSize,
            long errorSize,
            boolean outputTruncated,
            boolean errorTruncated,
            boolean outputInlineComplete,
            boolean errorInlineComplete,
            String compileOutput,
            @Nullable JsonNode result,
            List<File> artifacts,
            List<Test> tests,
            @Nullable Integer passed,
            @Nullable Integer total,
            int attempt,
            @Nullable String workerId,
            String submitter,
            Map<String, String> tags,
            @Nullable JsonNode metadata,
            String queue,
            @Nullable String traceId) {}

    record Status(
            String evalId,
            String status,
            Instant createdAt,
            @Nullable Instant startedAt,
            @Nullable Instant completedAt,
            String output,
            String error,
            @Nullable Boolean success,
            @Nullable Integer exitCode,
            @Nullable String reason,
            @Nullable Integer queuePosition) {}

    record LogsView(
            String evalId,
            String output,
            String error,
            boolean isRunning,
            @Nullable Integer exitCode,
            String status,
            @Nullable Instant startedAt,
            @Nullable Instant completedAt,
            @Nullable Long runtimeMs,
            String source,
            Instant lastUpdate,
            long nextStdout,
            long nextStderr) {}

    record Change(
            Instant time,
            @Nullable String from,
            String to,
            String actor,
            int attempt,
            @Nullable String reason,
            @Nullable String detail) {}

    record Timeline(String evalId, List<Change> timeline) {}

    record StoppedView(String evalId, String status, String message) {}

    record Item(
            String evalId,
            String status,
            Instant createdAt,
            @Nullable Instant startedAt,
            @Nullable Instant completedAt,
            String codePreview,
            @Nullable Boolean success,
            String language,
            String engine,
            int priority,
            @Nullable Integer exitCode,
            @Nullable String reason,
            @Nullable Long runtimeMs) {}

    record Page(
            List<Item> evaluations,
            int count,
            int limit,
            int offset,
            boolean hasMore,
            @Nullable String nextCursor) {}
}
