package dev.crucible.storage.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The bodies of the service's public answers, exactly as they are on the wire. */
final class StorageAnswers {
    private StorageAnswers() {}

    record Health(
            String status, String service, String version, Instant timestamp, @Nullable Double latencyMs,
            @Nullable String detail) {}

    record Stored(String evalId, String status, Instant createdAt) {}

    record StoredBatch(List<Stored> evaluations, int total) {}

    record Deleted(String evalId, String status) {}

    /** Times in seconds, sizes in bytes, {@code cpu_limit} in CPUs. */
    record LimitsView(
            double timeout, double cpuTimeLimit, long memoryLimit, double cpuLimit, long diskLimit, long outputLimit,
            int pidsLimit) {}

    record File(String path, long size, String ref) {}

    record Evidence(String source, String unit, @Nullable Long limit, @Nullable Long measured) {}

    record Test(String name, String reason, boolean passed, String detail, long runtimeMs) {}

    record Record(
            String evalId,
            String status,
            @Nullable String reason,
            @Nullable String detail,
            @Nullable Boolean success,
            @Nullable Evidence evidence,
            String code,
            List<String> files,
            @Nullable String entrypoint,
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
            @Nullable Long startupMs,
            @Nullable Long runtimeMs,
            @Nullable Long cpuMs,
            @Nullable Long peakMemoryBytes,
            @Nullable Integer exitCode,
            @Nullable Integer signal,
            String output,
            String error,
            String compileOutput,
            long outputSize,
            long errorSize,
            boolean outputTruncated,
            boolean errorTruncated,
            boolean outputInlineComplete,
            boolean errorInlineComplete,
            @Nullable JsonNode result,
            List<File> artifacts,
            List<Test> tests,
            int attempt,
            @Nullable String workerId,
            String submitter,
            Map<String, String> tags,
            @Nullable JsonNode metadata,
            String queue,
            @Nullable String traceId) {}

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

    record Page(List<Item> evaluations, int count, int limit, int offset, boolean hasMore, @Nullable String nextCursor) {}

    record Change(
            long position,
            Instant at,
            @Nullable String from,
            String to,
            String actor,
            int attempt,
            @Nullable String reason,
            @Nullable String detail) {}

    record Events(String evalId, List<Change> events) {}

    /** {@code source} is {@code live} until the evaluation has ended, and {@code record} from then on. */
    record LogsView(String evalId, String status, String output, String error, boolean isRunning, String source) {}

    record LogsKept(String evalId, long outputSize, long errorSize) {}

    record Complete(Record evaluation, List<Change> events, LogsView logs) {}

    record OutputKept(String evalId, String stream, long size) {}

    record StatisticsView(
            long totalEvaluations,
            Map<String, Long> byStatus,
            Map<String, Long> byLanguage,
            Map<String, Long> byEngine,
            Map<String, Long> byReason,
            @Nullable Double averageRuntimeMs,
            @Nullable @JsonProperty("p50_runtime_ms") Double p50RuntimeMs,
            @Nullable @JsonProperty("p95_runtime_ms") Double p95RuntimeMs,
            @Nullable Double averageQueueWaitMs,
            @Nullable Double successRate,
            @JsonProperty("last_24h_count") long last24hCount,
            @Nullable Integer peakHour,
            StorageInfo storageInfo) {}

    record StorageInfo(long outputBytes) {}

    record Info(String service, String version, List<String> backends, long maxOutputBytes, int inlineOutputBytes) {}

    /** What is kept where: {@code items} counts records, {@code bytes} outputs; null where nothing is counted. */
    record Backend(
            String name, String keeps, boolean available, @Nullable Double latencyMs, @Nullable Long items,
            @Nullable Long bytes, @Nullable Map<String, Long> byStatus, @Nullable String detail) {}

    record Overview(List<Backend> backends, Instant timestamp) {}
}
