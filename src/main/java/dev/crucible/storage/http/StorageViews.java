package dev.crucible.storage.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.kernel.evaluation.CapturedOutput;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.kernel.evaluation.SourceFile;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.platform.json.Json;
import dev.crucible.storage.Evaluation;
import dev.crucible.storage.EvaluationPage;
import dev.crucible.storage.EvaluationQuery;
import dev.crucible.storage.EvaluationSummary;
import dev.crucible.storage.Statistics;
import dev.crucible.storage.TimelineEntry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes the service's public answers out of what the stores know. */
final class StorageViews {
    private StorageViews() {}

    static StorageAnswers.Record record(Evaluation evaluation) {
        Submission asked = evaluation.submission();
        Outcome outcome = evaluation.outcome();
        Outcome.Usage usage = outcome == null || evaluation.startedAt() == null ? null : outcome.usage();
        CapturedOutput stdout = outcome == null ? CapturedOutput.EMPTY : outcome.stdout();
        CapturedOutput stderr = outcome == null ? CapturedOutput.EMPTY : outcome.stderr();
        return new StorageAnswers.Record(
                evaluation.id().value(),
                evaluation.status().wire(),
                outcome == null ? null : outcome.reason().wire(),
                outcome == null ? null : outcome.detail(),
                outcome == null ? null : outcome.success(),
                outcome == null ? null : evidence(outcome.evidence()),
                asked.code(),
                asked.files().stream().map(SourceFile::path).toList(),
                asked.entrypoint(),
                asked.language(),
                outcome == null ? null : outcome.languageVersion(),
                asked.engine(),
                outcome == null ? null : outcome.engineVersion(),
                asked.priority(),
                seconds(asked.limits().timeout()),
                limits(asked.limits()),
                evaluation.createdAt(),
                evaluation.queuedAt(),
                evaluation.startedAt(),
                evaluation.completedAt(),
                usage == null ? null : usage.startupMillis(),
                usage == null ? null : usage.wallMillis(),
                usage == null ? null : usage.cpuMillis(),
                usage == null ? null : usage.peakMemoryBytes(),
                outcome == null ? null : outcome.exitCode(),
                outcome == null ? null : outcome.signal(),
                stdout.text(),
                stderr.text(),
                outcome == null ? "" : outcome.compile().text(),
                stdout.size(),
                stderr.size(),
                stdout.truncated(),
                stderr.truncated(),
                stdout.inlineComplete(),
                stderr.inlineComplete(),
                outcome == null ? null : json(outcome.result()),
                outcome == null ? List.of() : outcome.artifacts().stream()
                        .map(file -> new StorageAnswers.File(file.path(), file.size(), file.ref()))
                        .toList(),
                outcome == null ? List.of() : outcome.tests().stream()
                        .map(test -> new StorageAnswers.Test(
                                test.name(), test.reason().wire(), test.passed(), test.detail(), test.usage().wallMillis()))
                        .toList(),
                evaluation.attempt(),
                evaluation.workerId(),
                evaluation.submitter(),
                new TreeMap<>(asked.tags()),
                json(asked.metadata()),
                evaluation.queue(),
                evaluation.traceId());
    }

    private static StorageAnswers.@Nullable Evidence evidence(Outcome.@Nullable Evidence seen) {
        return seen == null ? null : new StorageAnswers.Evidence(seen.source(), seen.unit(), seen.limit(), seen.measured());
    }

    private static StorageAnswers.LimitsView limits(Limits limits) {
        return new StorageAnswers.LimitsView(
                seconds(limits.timeout()), seconds(limits.cpuTime()), limits.memoryBytes(), limits.cpuMillis() / 1000.0,
                limits.diskBytes(), limits.outputBytes(), limits.pids());
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    /** A JSON text as JSON; what is none, whoever stored it, as the text that it is. */
    private static @Nullable JsonNode json(@Nullable String text) {
        try {
            return text == null ? null : Json.MAPPER.readTree(text);
        } catch (IOException e) {
            return Json.MAPPER.getNodeFactory().textNode(text);
        }
    }

    static StorageAnswers.Page page(EvaluationPage page, EvaluationQuery query) {
        List<StorageAnswers.Item> items = page.evaluations().stream().map(StorageViews::item).toList();
        return new StorageAnswers.Page(
                items, items.size(), query.limit(), query.offset(), page.nextCursor() != null, page.nextCursor());
    }

    private static StorageAnswers.Item item(EvaluationSummary line) {
        return new StorageAnswers.Item(
                line.id().value(), line.status().wire(), line.createdAt(), line.startedAt(), line.completedAt(),
                line.codePreview(), line.status().terminal() ? line.reason() == Reason.OK : null, line.language(),
                line.engine(), line.priority(), line.exitCode(), line.reason() == null ? null : line.reason().wire(),
                line.runtimeMillis());
    }

    static StorageAnswers.Change change(TimelineEntry entry) {
        return new StorageAnswers.Change(
                entry.position(), entry.at(), entry.from() == null ? null : entry.from().wire(), entry.to().wire(),
                entry.actor(), entry.attempt(), entry.reason() == null ? null : entry.reason().wire(), entry.detail());
    }

    static StorageAnswers.LogsView logs(Evaluation evaluation, Drafts drafts) {
        Outcome outcome = evaluation.outcome();
        boolean running = switch (evaluation.status()) {
            case PROVISIONING, RUNNING -> true;
            case QUEUED, COMPLETED, FAILED, TIMEOUT, CANCELLED -> false;
        };
        Drafts.Logs live = drafts.logs(evaluation.id());
        return new StorageAnswers.LogsView(
                evaluation.id().value(), evaluation.status().wire(),
                outcome == null ? live.output() : outcome.stdout().text(),
                outcome == null ? live.error() : outcome.stderr().text(),
                running, outcome == null ? "live" : "record");
    }

    static StorageAnswers.StatisticsView statistics(Statistics figures, long outputBytes) {
        return new StorageAnswers.StatisticsView(
                figures.totalEvaluations(), figures.byStatus(), figures.byLanguage(), figures.byEngine(),
                figures.byReason(), figures.averageRuntimeMillis(), figures.p50RuntimeMillis(),
                figures.p95RuntimeMillis(), figures.averageQueueWaitMillis(), figures.successRate(),
                figures.last24hCount(), figures.peakHour(), new StorageAnswers.StorageInfo(outputBytes));
    }
}
