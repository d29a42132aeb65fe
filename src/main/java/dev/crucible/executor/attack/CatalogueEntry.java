package dev.crucible.executor.attack;

import dev.crucible.executor.attack.Attack.Expected;
import dev.crucible.kernel.Quantity;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Reason;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A line of the index, as it is written there. What it leaves out has the usual value. */
record CatalogueEntry(
        @Nullable String name,
        @Nullable String title,
        @Nullable String group,
        @Nullable Bounds limits,
        @Nullable String stdin,
        @Nullable Integer stdinBytes,
        @Nullable Map<String, String> env,
        @Nullable Integer wordBytes,
        @Nullable List<String> artifacts,
        @Nullable Map<String, List<String>> reasons,
        @Nullable List<String> weaker,
        @Nullable Integer exitCode,
        @Nullable Integer signal,
        @Nullable List<String> says,
        @Nullable Map<String, List<String>> harmless,
        @Nullable List<String> kept,
        boolean result) {
    /** Short, because most attacks are over at once; long enough for a busy host. */
    private static final Duration USUAL_TIMEOUT = Duration.ofSeconds(20);

    /** A program of the catalogue. */
    record Program(Kind kind, String code) {
        enum Kind {
            PYTHON(".py"),
            BASH(".sh"),
            JAVASCRIPT(".js");

            private final String suffix;

            Kind(String suffix) {
                this.suffix = suffix;
            }

            String suffix() {
                return suffix;
            }
        }
    }

    /** Limits as a submission writes them. */
    record Bounds(
            @Nullable Double timeout,
            @Nullable Double cpuTime,
            @Nullable String memory,
            @Nullable String cpu,
            @Nullable String disk,
            @Nullable String output,
            @Nullable Integer pids) {
        static final Bounds USUAL = new Bounds(null, null, null, null, null, null, null);

        Limits toLimits() {
            Limits usual = Limits.DEFAULTS;
            Duration wall = timeout == null ? USUAL_TIMEOUT : seconds(timeout);
            return new Limits(
                    wall,
                    cpuTime == null ? wall : seconds(cpuTime),
                    memory == null ? usual.memoryBytes() : Quantity.bytes(memory),
                    cpu == null ? usual.cpuMillis() : Math.toIntExact(Quantity.cpuMillis(cpu)),
                    disk == null ? usual.diskBytes() : Quantity.bytes(disk),
                    output == null ? usual.outputBytes() : Quantity.bytes(output),
                    pids == null ? usual.pids() : pids);
        }

        private static Duration seconds(double seconds) {
            return Duration.ofMillis(Math.round(seconds * 1000));
        }
    }

    /** @throws IllegalStateException if it lacks what every attack has, or its program is not there */
    Attack toAttack(Function<String, Optional<Program>> programs) {
        if (name == null || title == null || group == null) {
            throw new IllegalStateException("the attack " + name + " lacks a name, a title or a group");
        }
        Program program = programs.apply(name)
                .orElseThrow(() -> new IllegalStateException("the attack " + name + " has no program"));
        return new Attack(
                name,
                title,
                group,
                program.kind().name().toLowerCase(Locale.ROOT),
                program.code(),
                programs.apply(name + ".after").map(Program::code).orElse(null),
                programs.apply(name + ".beside").map(Program::code).orElse(null),
                (limits == null ? Bounds.USUAL : limits).toLimits(),
                stdinBytes == null ? (stdin == null ? "" : stdin) : "x".repeat(stdinBytes),
                wordBytes == null ? List.of() : List.of("x".repeat(wordBytes)),
                wordBytes == null ? (env == null ? Map.of() : env) : Map.of("BIG", "x".repeat(wordBytes)),
                artifacts == null ? List.of() : artifacts,
                expected());
    }

    private Expected expected() {
        Map<String, Set<Reason>> byEngine = new HashMap<>();
        (reasons == null ? Map.<String, List<String>>of() : reasons)
                .forEach((engine, words) -> byEngine.put(engine, reasonsOf(words)));
        Map<String, List<Pattern>> tolerated = new HashMap<>();
        (harmless == null ? Map.<String, List<String>>of() : harmless)
                .forEach((engine, words) -> tolerated.put(engine, patterns(words)));
        return new Expected(
                byEngine, reasonsOf(weaker), exitCode, signal, patterns(says), tolerated, patterns(kept), result);
    }

    private static Set<Reason> reasonsOf(@Nullable List<String> words) {
        Set<Reason> reasons = EnumSet.noneOf(Reason.class);
        for (String word : words == null ? List.<String>of() : words) {
            reasons.add(Reason.fromWire(word)
                    .orElseThrow(() -> new IllegalStateException("there is no reason " + word)));
        }
        return reasons;
    }

    private static List<Pattern> patterns(@Nullable List<String> words) {
        return words == null ? List.of() : words.stream().map(word -> Pattern.compile(word, Pattern.DOTALL)).toList();
    }
}
