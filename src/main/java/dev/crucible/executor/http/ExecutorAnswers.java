package dev.crucible.executor.http;

import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.ExecutionPhase;
import dev.crucible.executor.Language;
import dev.crucible.executor.LanguageLimits;
import dev.crucible.executor.RunningExecution;
import dev.crucible.kernel.EvaluationId;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the executor's service answers with, as it travels. */
final class ExecutorAnswers {
    private ExecutorAnswers() {}

    record Begun(String evalId, String status, String executorId, String sandboxId) {}

    /**
     * A step of an execution as text; bytes that are no UTF-8 appear as U+FFFD.
     *
     * @param status {@code provisioning}, {@code running}, or how it ended
     * @param nextStdout what to ask after next time
     */
    record Logs(
            String evalId,
            String output,
            String error,
            boolean isRunning,
            @Nullable Integer exitCode,
            String status,
            @Nullable String reason,
            @Nullable Long runtimeMs,
            long nextStdout,
            long nextStderr) {}

    record Killed(String evalId, boolean killed, String message) {}

    record Released(String evalId, boolean released) {}

    record RunningList(String executorId, int count, List<Run> running) {}

    record Run(String evalId, int attempt, String engine, String phase, String sandboxId) {
        static Run of(RunningExecution execution) {
            return new Run(
                    execution.id().value(), execution.attempt(), execution.engine(), word(execution.phase()),
                    ExecutorAnswers.sandboxId(execution.id(), execution.attempt()));
        }

        RunningExecution execution() {
            return new RunningExecution(
                    new EvaluationId(evalId), attempt, engine, ExecutionPhase.valueOf(phase.toUpperCase(Locale.ROOT)));
        }
    }

    record Slots(String executorId, boolean canAccept, int running, int maxConcurrent, int availableSlots) {}

    record Engines(List<EngineStatus> engines) {}

    record LanguageList(List<Spoken> languages) {}

    /** A language without the folders of the host that it needs, which are nobody else's business. */
    record Spoken(
            String name,
            String title,
            List<String> aliases,
            String file,
            List<String> compile,
            List<String> run,
            List<String> probe,
            @Nullable String image,
            Map<String, String> packages,
            String template,
            boolean fork,
            Map<String, String> env,
            LanguageLimits limits,
            LanguageLimits compileLimits) {
        static Spoken of(Language from) {
            return new Spoken(
                    from.name(), from.title(), from.aliases(), from.file(), from.compile(), from.run(), from.probe(),
                    from.image(), from.packages(), from.template(), from.fork(), from.env(), from.limits(),
                    from.compileLimits());
        }

        Language language() {
            return new Language(
                    name, title, aliases, file, compile, run, probe, image, packages, template, fork, env, limits,
                    compileLimits, List.of());
        }
    }

    record EngineSummary(String name, boolean available, @Nullable String version, String detail, @Nullable String remedy) {
        static EngineSummary of(EngineStatus engine) {
            return new EngineSummary(engine.name(), engine.available(), engine.version(), engine.detail(), engine.remedy());
        }
    }

    /** @param held executions that were begun by {@code POST /execute} and not released yet, those that run among them */
    record Status(
            String service,
            String version,
            Instant startedAt,
            double uptimeSeconds,
            Slots capacity,
            int held,
            List<EngineSummary> engines) {}

    /** @param engines those that can run code */
    record Health(String status, String service, String version, Instant timestamp, List<String> engines) {}

    static String word(ExecutionPhase phase) {
        return phase.name().toLowerCase(Locale.ROOT);
    }

    /** As the engines name the sandbox of an attempt. */
    static String sandboxId(EvaluationId id, int attempt) {
        return id + "-" + attempt;
    }
}
