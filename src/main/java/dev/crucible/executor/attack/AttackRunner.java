package dev.crucible.executor.attack;

import static java.util.Objects.requireNonNull;

import dev.crucible.executor.CodeExecutor;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.RunResult;
import dev.crucible.executor.attack.Attack.Expected;
import dev.crucible.executor.attack.Guests.Ran;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.kernel.evaluation.SourceFile;
import dev.crucible.kernel.evaluation.Submission;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Runs attacks on one engine, each with an innocent neighbour beside it, and judges what came of them: the reason, the
 * output, the neighbour, what the host's canaries saw and what was left behind. One attack at a time.
 */
public final class AttackRunner implements AutoCloseable {
    /** Places that an attack needs at once: for itself, for what runs beside it, and for its neighbour. */
    public static final int PLACES = 3;

    /** Twice or more often, so that one of them is where the attack was. */
    private static final int LOOKS_AFTER = 3;

    private static final Duration CLEARING_UP = Duration.ofSeconds(10);
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final String BREACH = "BREACH ";
    private static final int SHOWN = 300;

    private final String engine;
    private final boolean weak;
    private final Leftovers leftovers;
    private final Guests guests;
    private final Neighbour neighbour;
    private final Canaries canaries;

    /**
     * @param executor started, with at least {@link #PLACES} places
     * @throws IOException if the canaries cannot be set up on this host
     */
    public AttackRunner(CodeExecutor executor, EngineStatus engine, Leftovers leftovers) throws IOException {
        requireNonNull(executor, "executor is null");
        this.engine = engine.name();
        this.weak = !engine.weaknesses().isEmpty();
        this.leftovers = requireNonNull(leftovers, "leftovers is null");
        this.guests = new Guests(executor, engine.name());
        this.neighbour = new Neighbour(guests);
        this.canaries = new Canaries();
    }

    /** Runs one attack and all that belongs to it. */
    public AttackReport run(Attack attack) {
        long begun = System.nanoTime();
        List<String> problems = new ArrayList<>();
        @Nullable Reason reason = null;
        try {
            neighbour.measureAlone();
            reason = attempt(attack, problems);
        } catch (PlatformException | IllegalStateException e) {
            problems.add("it could not be run: " + e.getMessage());
        }
        problems.addAll(canaries.harmed());
        return new AttackReport(
                attack.name(), attack.group(), attack.title(), engine, reason,
                Duration.ofNanos(System.nanoTime() - begun).toMillis(), problems);
    }

    @Override
    public void close() {
        canaries.close();
    }

    private @Nullable Reason attempt(Attack attack, List<String> problems) {
        Map<String, String> env = new HashMap<>(canaries.environment());
        env.putAll(attack.env());
        EvaluationId id = guests.start(guests.submission(attack, attack.code(), env));
        guests.awaitRunning(id);
        EvaluationId innocent = neighbour.start();
        Ran met = attack.beside() == null ? null : guests.run(guests.plain(attack.beside(), attack.limits(), env));
        Ran ran = guests.await(id, attack.limits());
        judge(attack, ran, problems);
        if (met != null) {
            judgeOnlooker("beside it", attack, met, problems);
        }
        problems.addAll(neighbour.harm(neighbour.await(innocent)));
        problems.addAll(left(id));
        lookAfter(attack, env, problems);
        return ran.result() == null ? null : ran.result().reason();
    }

    private void lookAfter(Attack attack, Map<String, String> env, List<String> problems) {
        if (attack.after() == null) {
            return;
        }
        Submission look = guests.plain(attack.after(), attack.limits(), env);
        for (int i = 0; i < LOOKS_AFTER; i++) {
            judgeOnlooker("after it", attack, guests.run(look), problems);
        }
    }

    private void judge(Attack attack, Ran ran, List<String> problems) {
        Expected expected = attack.expected();
        RunResult result = ran.result();
        if (result == null) {
            problems.add("it did not end");
            return;
        }
        Set<Reason> allowed = EnumSet.copyOf(expected.reasonsOn(engine));
        if (weak) {
            allowed.addAll(expected.weaker());
        }
        if (!allowed.contains(result.reason())) {
            problems.add("it ended with " + result.reason().wire() + " instead of " + words(allowed) + ": "
                    + result.detail() + " " + tail(ran.output()));
        }
        if (expected.exitCode() != null && !expected.exitCode().equals(result.exitCode())) {
            problems.add("its exit code was " + result.exitCode() + " instead of " + expected.exitCode());
        }
        if (expected.signal() != null && !expected.signal().equals(result.signal())) {
            problems.add("its signal was " + result.signal() + " instead of " + expected.signal());
        }
        for (Pattern pattern : expected.says()) {
            if (!pattern.matcher(ran.output()).find()) {
                problems.add("its output lacks " + pattern + ": " + tail(ran.output()));
            }
        }
        breaches(attack, ran, problems);
        judgeFiles(expected, result, problems);
    }

    private void judgeOnlooker(String when, Attack attack, Ran ran, List<String> problems) {
        RunResult result = ran.result();
        if (result == null || result.reason() != Reason.OK || !ran.stdout().endsWith("END\n")) {
            problems.add("what looked " + when + " did not end well: "
                    + (result == null ? "" : result.reason().wire() + ", " + result.detail()) + " " + tail(ran.output()));
        }
        breaches(attack, ran, problems);
    }

    private void breaches(Attack attack, Ran ran, List<String> problems) {
        ran.output().lines()
                .filter(line -> line.startsWith(BREACH))
                .filter(line -> !attack.expected().isHarmless(engine, line))
                .forEach(line -> problems.add(tail(line)));
        if (ran.output().contains(canaries.secret())) {
            problems.add("it read a secret of the host");
        }
    }

    private void judgeFiles(Expected expected, RunResult result, List<String> problems) {
        for (SourceFile file : result.artifacts()) {
            if (expected.kept().stream().noneMatch(pattern -> pattern.matcher(file.path()).matches())) {
                problems.add("the file " + file.path() + " was kept, of " + file.content().length + " bytes");
            }
            if (new String(file.content(), StandardCharsets.ISO_8859_1).contains(canaries.secret())) {
                problems.add("the kept file " + file.path() + " holds a secret of the host");
            }
        }
        if (result.result() != null && !expected.result()) {
            problems.add("a structured result came of it: " + tail(result.result()));
        }
    }

    /** Engines clear up a moment after they reported. */
    private List<String> left(EvaluationId id) {
        long deadline = System.nanoTime() + CLEARING_UP.toNanos();
        List<String> left = leftovers.ofRun(id);
        while (!left.isEmpty() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(LOOK.toNanos());
            left = leftovers.ofRun(id);
        }
        return left.stream().map(what -> "it left " + what).toList();
    }

    private static String words(Set<Reason> reasons) {
        return String.join(" or ", reasons.stream().map(Reason::wire).toList());
    }

    private static String tail(String text) {
        String stripped = text.strip();
        return stripped.length() <= SHOWN ? stripped : "…" + stripped.substring(stripped.length() - SHOWN);
    }
}
