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

    record Artifact(String path, long size) {}

    record Record(
            String evalId,
            String status,
            @Nullable String reason,
            @Nullable String detail,
            @Nullable Boolean success,
            String code,
            String language,
            @Nullable String languageVersion,
            String engine,
            @Nullable String engineVersion,
            int priority,
            double timeout,
            LimitsView limits,
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
            List<Artifact> artifacts,
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
