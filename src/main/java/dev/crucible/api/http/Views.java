package dev.crucible.api.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.crucible.api.Accepted;
import dev.crucible.api.Logs;
import dev.crucible.kernel.evaluation.CapturedOutput;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.kernel.evaluation.TestOutcome;
import dev.crucible.platform.json.Json;
import dev.crucible.storage.Evaluation;
import dev.crucible.storage.EvaluationPage;
import dev.crucible.storage.EvaluationQuery;
import dev.crucible.storage.EvaluationSummary;
import dev.crucible.storage.TimelineEntry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes the answers about evaluations out of what the modules know. */
final class Views {
    private static final double MIB = 1 << 20;

    private Views() {}

    static EvaluationAnswers.Queued queued(Accepted accepted) {
        boolean wasTaken = accepted.replayed() && accepted.position() == null;
        String message = wasTaken || accepted.status() != EvaluationStatus.QUEUED
                ? "The evaluation was submitted before; it is " + accepted.status().wire()
                : accepted.position() == null
                        ? "The evaluation is stored and joins the queue shortly"
                        : "Evaluation queued";
        return new EvaluationAnswers.Queued(
                accepted.id().value(), accepted.status().wire(), message, accepted.position());
    }

    static EvaluationAnswers.Record record(Evaluation evaluation) {
        Submission asked = evaluation.submission();
        Outcome outcome = evaluation.outcome();
        Outcome.Usage usage = outcome == null ? null : outcome.usage();
        CapturedOutput stdout = outcome == null ? CapturedOutput.EMPTY : outcome.stdout();
        CapturedOutput stderr = outcome == null ? CapturedOutput.EMPTY : outcome.stderr();
        List<TestOutcome> tests = outcome == null ? List.of() : outcome.tests();
        boolean ran = evaluation.startedAt() != null;
        return new EvaluationAnswers.Record(
                evaluation.id().value(),
                evaluation.status().wire(),
                outcome == null ? null : outcome.reason().wire(),
                outcome == null ? null : outcome.detail(),
                outcome == null ? null : outcome.success(),
                outcome == null ? null : evidence(outcome.evidence()),
                asked.code(),
                files(asked),
                asked.entrypoint(),
                asked.language(),
                outcome == null ? null : outcome.languageVersion(),
                asked.engine(),
                outcome == null ? null : outcome.engineVersion(),
                asked.priority(),
                seconds(asked.limits().timeout()),
                limits(asked.limits()),
                asked.isolation().wire(),
                evaluation.createdAt(),
                evaluation.queuedAt(),
                evaluation.startedAt(),
                evaluation.completedAt(),
                queueWait(evaluation),
                usage == null || !ran ? null : usage.startupMillis(),
                usage == null || !ran ? null : usage.wallMillis(),
                usage == null ? null : usage.cpuMillis(),
                usage == null || usage.peakMemoryBytes() == null ? null : usage.peakMemoryBytes() / MIB,
                usage == null ? null : usage.peakMemoryBytes(),
                outcome == null ? null : outcome.exitCode(),
                outcome == null ? null : outcome.signal(),
                stdout.text(),
                stderr.text(),
                stdout.size(),
                stderr.size(),
                stdout.truncated(),
                stderr.truncated(),
                stdout.inlineComplete(),
                stderr.inlineComplete(),
                outcome == null ? "" : outcome.compile().text(),
                outcome == null ? null : result(outcome.result()),
                artifacts(evaluation),
                tests.stream().map(Views::test).toList(),
                asked.tests().isEmpty() ? null : (int) tests.stream().filter(TestOutcome::passed).count(),
                asked.tests().isEmpty() ? null : asked.tests().size(),
                evaluation.attempt(),
                evaluation.workerId(),
                evaluation.submitter(),
                new TreeMap<>(asked.tags()),
                metadata(asked.metadata()),
                evaluation.queue(),
                evaluation.traceId());
    }

    static List<EvaluationAnswers.File> files(Submission asked) {
        return asked.files().stream()
                .map(file -> new EvaluationAnswers.File(file.path(), file.content().length))
                .toList();
    }

    static List<EvaluationAnswers.File> artifacts(Evaluation evaluation) {
        return evaluation.outcome() == null ? List.of() : evaluation.outcome().artifacts().stream()
                .map(artifact -> new EvaluationAnswers.File(artifact.path(), artifact.size()))
                .toList();
    }

    private static EvaluationAnswers.@Nullable Evidence evidence(Outcome.@Nullable Evidence seen) {
        return seen == null
                ? null
                : new EvaluationAnswers.Evidence(seen.source(), seen.unit(), seen.limit(), seen.measured());
    }

    private static EvaluationAnswers.Test test(TestOutcome test) {
        return new EvaluationAnswers.Test(
                test.name(),
                test.reason().wire(),
                test.passed(),
                test.detail(),
                new String(test.output(), StandardCharsets.UTF_8),
                new String(test.error(), StandardCharsets.UTF_8),
                test.outputSize(),
                test.errorSize(),
                test.exitCode(),
                test.signal(),
                test.usage().wallMillis(),
                test.usage().cpuMillis(),
                test.usage().peakMemoryBytes());
    }

    static EvaluationAnswers.Status status(Evaluation evaluation, @Nullable Integer position) {
        Outcome outcome = evaluation.outcome();
        return new EvaluationAnswers.Status(
                evaluation.id().value(),
                evaluation.status().wire(),
                evaluation.createdAt(),
                evaluation.startedAt(),
                evaluation.completedAt(),
                outcome == null ? "" : outcome.stdout().text(),
                outcome == null ? "" : outcome.stderr().text(),
                outcome == null ? null : outcome.success(),
                outcome == null ? null : outcome.exitCode(),
                outcome == null ? null : outcome.reason().wire(),
                position);
    }

    static EvaluationAnswers.LogsView logs(Logs logs, Instant now) {
        Evaluation evaluation = logs.evaluation();
        Outcome outcome = evaluation.outcome();
        EvaluationStatus status = evaluation.status();
        return new EvaluationAnswers.LogsView(
                evaluation.id().value(),
                new String(logs.stdout(), StandardCharsets.UTF_8),
                new String(logs.stderr(), StandardCharsets.UTF_8),
                status == EvaluationStatus.RUNNING || status == EvaluationStatus.PROVISIONING,
                outcome == null ? null : outcome.exitCode(),
                status.wire(),
                evaluation.startedAt(),
                evaluation.completedAt(),
                runtime(evaluation, now),
                logs.live() ? "executor" : "storage",
                evaluation.completedAt() != null ? evaluation.completedAt() : now,
                logs.nextStdout(),
                logs.nextStderr());
    }

    static EvaluationAnswers.Timeline timeline(String id, List<TimelineEntry> entries) {
        return new EvaluationAnswers.Timeline(id, entries.stream()
                .map(entry -> new EvaluationAnswers.Change(
                        entry.at(),
                        entry.from() == null ? null : entry.from().wire(),
                        entry.to().wire(),
                        entry.actor(),
                        entry.attempt(),
                        entry.reason() == null ? null : entry.reason().wire(),
                        entry.detail()))
                .toList());
    }

    static EvaluationAnswers.Page page(EvaluationPage page, EvaluationQuery query) {
        List<EvaluationAnswers.Item> items = page.evaluations().stream().map(Views::item).toList();
        return new EvaluationAnswers.Page(
                items, items.size(), query.limit(), query.offset(), page.nextCursor() != null, page.nextCursor());
    }

    private static EvaluationAnswers.Item item(EvaluationSummary summary) {
        return new EvaluationAnswers.Item(
                summary.id().value(),
                summary.status().wire(),
                summary.createdAt(),
                summary.startedAt(),
                summary.completedAt(),
                summary.codePreview(),
                summary.status().terminal() ? summary.reason() == Reason.OK : null,
                summary.language(),
                summary.engine(),
                summary.priority(),
                summary.exitCode(),
                summary.reason() == null ? null : summary.reason().wire(),
                summary.runtimeMillis());
    }

    static EvaluationAnswers.LimitsView limits(Limits limits) {
        return new EvaluationAnswers.LimitsView(
                seconds(limits.timeout()), seconds(limits.cpuTime()), limits.memoryBytes(), limits.cpuMillis() / 1000.0,
                limits.diskBytes(), limits.outputBytes(), limits.pids());
    }

    /** From the queue to a worker; the sandbox's start-up, which comes after, is counted apart. */
    private static @Nullable Long queueWait(Evaluation evaluation) {
        if (evaluation.startedAt() == null) {
            return null;
        }
        long startup = evaluation.outcome() == null ? 0 : evaluation.outcome().usage().startupMillis();
        return Math.max(0, Duration.between(evaluation.queuedAt(), evaluation.startedAt()).toMillis() - startup);
    }

    private static @Nullable Long runtime(Evaluation evaluation, Instant now) {
        if (evaluation.startedAt() == null) {
            return null;
        }
        return evaluation.outcome() != null
                ? evaluation.outcome().usage().wallMillis()
                : Math.max(0, Duration.between(evaluation.startedAt(), now).toMillis());
    }

    private static double seconds(Duration time) {
        return time.toMillis() / 1000.0;
    }

    /**
     * A program's own JSON, to be answered as it wrote it. It may be of a kind that the mapper refuses, such as too deep:
     * then it stays a text.
     */
    private static @Nullable JsonNode result(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            Json.EXACT.readTree(text);
            return JsonNodeFactory.instance.rawValueNode(new RawValue(text));
        } catch (JsonProcessingException e) {
            return TextNode.valueOf(text);
        }
    }

    private static @Nullable JsonNode metadata(@Nullable String text) {
        try {
            return text == null ? null : Json.EXACT.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the stored metadata is not the JSON that was checked", e);
        }
    }
}
