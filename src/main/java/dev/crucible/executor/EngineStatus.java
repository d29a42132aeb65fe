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
 * @param proofs what came of running programs against its limits here, the latest of each; empty until that has happened
 * @param pool its boxes that are made ahead, as they are at this moment; null for an engine that makes none ahead
 */
public record EngineStatus(
        String name,
        boolean available,
        @Nullable String version,
        String detail,
        @Nullable String remedy,
        List<String> weaknesses,
        Map<String, LanguageStatus> languages,
        List<LimitProof> proofs,
        @Nullable PoolFigures pool) {
    public EngineStatus {
        requireNonNull(name, "name is null");
        requireNonNull(detail, "detail is null");
        weaknesses = List.copyOf(weaknesses);
        languages = Map.copyOf(languages);
        proofs = List.copyOf(proofs);
    }

    /** What a look at the host tells, before any limit is proven. */
    public EngineStatus(
            String name,
            boolean available,
            @Nullable String version,
            String detail,
            @Nullable String remedy,
            List<String> weaknesses,
            Map<String, LanguageStatus> languages) {
        this(name, available, version, detail, remedy, weaknesses, languages, List.of(), null);
    }

    EngineStatus with(@Nullable PoolFigures now) {
        return new EngineStatus(name, available, version, detail, remedy, weaknesses, languages, proofs, now);
    }

    EngineStatus with(List<LimitProof> proven, String alsoFound) {
        return new EngineStatus(
                name, available, version, (detail + " " + alsoFound).strip(), remedy, weaknesses, languages, proven, pool);
    }

    EngineStatus withdrawn(List<LimitProof> proven, String why, String whatToDo) {
        return new EngineStatus(name, false, version, why, whatToDo, weaknesses, languages, proven, pool);
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
