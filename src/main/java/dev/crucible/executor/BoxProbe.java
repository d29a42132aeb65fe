package dev.crucible.executor;

import dev.crucible.executor.EngineStatus.LanguageStatus;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Isolation;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.platform.concurrent.Threads;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Lets an engine find out what runs in its boxes by running it there. */
public final class BoxProbe {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int MAX_OUTPUT = 64 * 1024;
    private static final Pattern VERSION = Pattern.compile("\\d+(?:\\.\\d+)+");
    private static final Limits LIMITS = new Limits(
            Duration.ofSeconds(10), Duration.ofSeconds(10), Limits.DEFAULTS.memoryBytes(), Limits.DEFAULTS.cpuMillis(),
            Limits.DEFAULTS.diskBytes(), MAX_OUTPUT, Limits.DEFAULTS.pids());

    private BoxProbe() {}

    /**
     * What a command of ours did.
     *
     * @param exitCode or null when it did not exit by itself
     * @param output what it printed, both streams together
     * @param fault one sentence when the sandbox could not run it, else null
     */
    public record Answer(@Nullable Integer exitCode, String output, @Nullable String fault) {
        public boolean success() {
            return exitCode != null && exitCode == 0;
        }
    }

    /**
     * Runs each language's probe in a box of its own.
     *
     * @param remedy what to type to get a language on this engine
     * @throws PlatformException {@code EXECUTOR_UNAVAILABLE} if no box can be made
     */
    public static Map<String, LanguageStatus> languages(
            Engine engine, List<Language> languages, Function<Language, String> remedy) {
        Map<String, LanguageStatus> found = new LinkedHashMap<>();
        for (Language language : languages) {
            Answer answer = run(engine, "probe-" + language.name() + "-" + Long.toHexString(System.nanoTime()), language);
            found.put(language.name(), status(language, answer, remedy));
        }
        return found;
    }

    private static LanguageStatus status(Language language, Answer answer, Function<Language, String> remedy) {
        if (answer.success()) {
            Matcher version = VERSION.matcher(answer.output());
            return new LanguageStatus(true, version.find() ? version.group() : null, null, null);
        }
        String detail = answer.fault() != null
                ? answer.fault()
                : language.probe().get(0) + " does not work in the sandbox: " + firstLine(answer.output());
        return new LanguageStatus(false, null, detail, remedy.apply(language));
    }

    /**
     * Runs a language's probe in a box.
     *
     * @throws PlatformException {@code EXECUTOR_UNAVAILABLE} if the box cannot be made
     */
    public static Answer run(Engine engine, String boxName, Language language) {
        ScheduledExecutorService timer = Threads.scheduler("box-probe");
        try (Box box = engine.open(new BoxSpec(boxName, language, LIMITS, Isolation.COLD, true))) {
            return converse(box, language, new Backstop(timer, Runnable::run));
        } finally {
            timer.shutdownNow();
        }
    }

    private static Answer converse(Box box, Language language, Backstop backstop) {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        GuestRun.Sink sink = (stream, bytes) -> {
            output.write(bytes, 0, Math.min(bytes.length, MAX_OUTPUT - output.size()));
            return true;
        };
        GuestProgram program = GuestProgram.command(language.probe(), LIMITS);
        Verdict.Seen seen = new GuestRun(box, program, sink, new Leash(backstop, new Patience()), PATIENCE)
                .run(language, false, System.nanoTime()).seen();
        if (seen.exit() != null) {
            return new Answer(seen.exit().exitCode(), text(output), null);
        }
        return new Answer(null, text(output), seen.fault() == null ? "The sandbox ended without a report." : seen.fault());
    }

    private static String text(ByteArrayOutputStream output) {
        return output.toString(StandardCharsets.UTF_8);
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("it printed nothing");
    }
}
