package dev.crucible.executor.attack;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Reason;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A program that tries something which must not succeed.
 *
 * @param name lower case with dashes; its files are named after it
 * @param title what it tries, in a few words
 * @param code the program; it prints {@code DENIED …} for each door that it found closed and {@code BREACH …} for each
 *     that it found open
 * @param after a program that runs once the attack is over and looks for what it left, or null
 * @param beside a program that runs together with the attack and tries to meet it, or null
 * @param stdin what it reads
 * @param artifacts globs of the files that it asks to have kept
 * @param expected what must come of it
 */
public record Attack(
        String name,
        String title,
        String group,
        String language,
        String code,
        @Nullable String after,
        @Nullable String beside,
        Limits limits,
        String stdin,
        List<String> args,
        Map<String, String> env,
        List<String> artifacts,
        Expected expected) {
    public Attack {
        requireNonNull(name, "name is null");
        requireNonNull(title, "title is null");
        requireNonNull(group, "group is null");
        requireNonNull(language, "language is null");
        requireNonNull(code, "code is null");
        requireNonNull(limits, "limits is null");
        requireNonNull(stdin, "stdin is null");
        args = List.copyOf(args);
        env = Map.copyOf(env);
        artifacts = List.copyOf(artifacts);
        requireNonNull(expected, "expected is null");
    }

    /**
     * What must come of an attack.
     *
     * @param reasons by name of the engine, the reasons that it may end with; {@code any} stands for all others
     * @param weaker reasons that are accepted as well where the engine says that its limits are weaker
     * @param exitCode the exit code that it must end with, or null when that does not matter
     * @param signal the signal that must have ended it, or null when that does not matter
     * @param says expressions that must be found in its output, taken as Latin-1 so that every byte is a character
     * @param harmless by name of the engine, expressions for breaches that give the guest nothing there
     * @param kept expressions for the artifacts that may be kept; every other one is a breach
     * @param result whether a structured result may come of it
     */
    public record Expected(
            Map<String, Set<Reason>> reasons,
            Set<Reason> weaker,
            @Nullable Integer exitCode,
            @Nullable Integer signal,
            List<Pattern> says,
            Map<String, List<Pattern>> harmless,
            List<Pattern> kept,
            boolean result) {
        static final String ANY = "any";

        public Expected {
            reasons = Map.copyOf(reasons);
            weaker = Set.copyOf(weaker);
            says = List.copyOf(says);
            harmless = Map.copyOf(harmless);
            kept = List.copyOf(kept);
        }

        Set<Reason> reasonsOn(String engine) {
            return reasons.getOrDefault(engine, reasons.getOrDefault(ANY, Set.of(Reason.OK)));
        }

        boolean isHarmless(String engine, String breach) {
            return harmless.getOrDefault(engine, List.of()).stream().anyMatch(pattern -> pattern.matcher(breach).find());
        }
    }
}
