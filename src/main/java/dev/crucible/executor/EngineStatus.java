package dev.crucible.executor;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether an engine can run code here, and why not.
 *
 * @param version the version of what isolates, or null when it is not there
 * @param detail one sentence: what was found
 * @param remedy what to type or change to get it; null when it is available
 * @param weaknesses limits that this host lets the engine enforce only in a weaker way, a sentence each
 * @param languages by name of the language, whether this engine can run it
 */
public record EngineStatus(
        String name,
        boolean available,
        @Nullable String version,
        String detail,
        @Nullable String remedy,
        List<String> weaknesses,
        Map<String, LanguageStatus> languages) {
    public EngineStatus {
        requireNonNull(name, "name is null");
        requireNonNull(detail, "detail is null");
        weaknesses = List.copyOf(weaknesses);
        languages = Map.copyOf(languages);
    }

    /**
     * Whether one language runs on the engine.
     *
     * @param version what its probe printed, or null when it is not there
     * @param detail one sentence when it is not available, else null
     * @param remedy what to type to get it; null when it is available
     */
    public record LanguageStatus(
            boolean available, @Nullable String version, @Nullable String detail, @Nullable String remedy) {}
}
