package dev.crucible.executor.attack;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.evaluation.Reason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of an attack on one engine.
 *
 * @param reason how the attack's own run ended, or null when it could not be run
 * @param millis how long the whole attack took, its neighbour and what came after included
 * @param problems what should not have been, a sentence each; none when the engine held
 */
public record AttackReport(
        String attack, String group, String title, String engine, @Nullable Reason reason, long millis, List<String> problems) {
    public AttackReport {
        requireNonNull(attack, "attack is null");
        requireNonNull(group, "group is null");
        requireNonNull(title, "title is null");
        requireNonNull(engine, "engine is null");
        problems = List.copyOf(problems);
    }

    public boolean held() {
        return problems.isEmpty();
    }
}
