package dev.crucible.api.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The bodies of the answers about the platform, exactly as they are on the wire. */
final class PlatformAnswers {
    private PlatformAnswers() {}

    record Root(String service, String version, String mode, Map<String, String> endpoints) {}

    record QueueView(
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
            Map<String, LevelView> levels,
            @Nullable Double priorityEffectiveness) {}

    /** One priority; see the metrics of the same names. Waits are those of the latest tasks handed out. */
    record LevelView(
            int queued,
            @Nullable Double oldestAgeSeconds,
            @Nullable Double waitP50Seconds,
            @Nullable Double waitP95Seconds,
            long handedOut,
            long lifted,
            double perSecond,
            double starvation) {}

    record Paused(boolean paused, boolean draining) {}

    record ServiceHealth(String status, @Nullable Double latencyMs, @Nullable String detail) {}

    record Health(
            String status, String service, String version, Instant timestamp, Map<String, ServiceHealth> services) {}

    record Alive(String status) {}

    record StorageView(long outputBytes) {}

    record ExecutorView(String executorId, int running, int maxConcurrent, int availableSlots) {}

    record TrafficSplit(int local, int celery) {}

    record PlatformStatus(
            String status,
            String service,
            String version,
            String mode,
            Instant startedAt,
            double uptimeSeconds,
            Map<String, ServiceHealth> services,
            QueueView queue,
            StorageView storage,
            ExecutorView executor,
            @Nullable String defaultEngine,
            List<EngineView> engines,
            TrafficSplit trafficSplit) {}

    record StatisticsView(
            long totalEvaluations,
            Map<String, Long> byStatus,
            Map<String, Long> byLanguage,
            Map<String, Long> byEngine,
            Map<String, Long> byReason,
            @Nullable Double averageRuntimeMs,
            @Nullable Double p50RuntimeMs,
            @Nullable Double p95RuntimeMs,
            @Nullable Double averageQueueWaitMs,
            @Nullable Double successRate,
            @JsonProperty("last_24h_count") long last24hCount,
            @Nullable Integer peakHour,
            StorageView storageInfo) {}

    record LanguageOnEngine(
            boolean available, @Nullable String version, @Nullable String detail, @Nullable String remedy) {}

    record LanguageView(
            String name,
            String title,
            List<String> aliases,
            String template,
            String file,
            Map<String, LanguageOnEngine> engines) {}

    record Languages(List<LanguageView> languages) {}

    record ProofView(String name, boolean held, String evidence, Instant at) {}

    record PoolView(
            int ready,
            int target,
            int inUse,
            int recentPeak,
            int most,
            long hits,
            long misses,
            long built,
            Map<String, Long> destroyed,
            @JsonProperty("prepare_p50_ms") @Nullable Double prepareP50Ms) {}

    record EngineView(
            String name,
            boolean available,
            @Nullable String version,
            String detail,
            @Nullable String remedy,
            List<String> weaknesses,
            List<ProofView> proofs,
            @Nullable PoolView pool) {}

    record Engines(@JsonProperty("default") @Nullable String defaultEngine, String defaultReason, List<EngineView> engines) {}
}
