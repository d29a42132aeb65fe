package dev.crucible.storage;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Figures over evaluations. Times are milliseconds; a figure over nothing is null.
 *
 * @param successRate completed of all that are terminal, 0 to 1
 * @param peakHour the hour of the day (UTC, 0 to 23) in which most were created
 */
public record Statistics(
        long totalEvaluations,
        Map<String, Long> byStatus,
        Map<String, Long> byLanguage,
        Map<String, Long> byEngine,
        Map<String, Long> byReason,
        @Nullable Double averageRuntimeMillis,
        @Nullable Double p50RuntimeMillis,
        @Nullable Double p95RuntimeMillis,
        @Nullable Double averageQueueWaitMillis,
        @Nullable Double successRate,
        long last24hCount,
        @Nullable Integer peakHour) {}
