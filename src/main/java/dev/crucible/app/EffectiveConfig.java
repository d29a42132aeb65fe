package dev.crucible.app;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The configuration in force, and where each value came from.
 *
 * @param entries one for each setting, in the order of {@link Settings#all()}
 */
public record EffectiveConfig(CrucibleConfig config, List<Entry> entries) {
    public EffectiveConfig {
        entries = List.copyOf(entries);
    }

    /**
     * One setting as it is in force.
     *
     * @param shown the value as it may be shown ({@code ***} for a secret), or null when it is not set
     * @param origin where it came from: {@code default}, {@code environment variable PORT}, {@code flag --port}, …
     */
    public record Entry(Setting<?> setting, @Nullable String shown, String origin) {}
}
