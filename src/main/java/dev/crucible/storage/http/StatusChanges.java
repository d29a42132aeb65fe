package dev.crucible.storage.http;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.CapturedOutput;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.OutputStreamName;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.storage.Changed;
import dev.crucible.storage.Evaluation;
import dev.crucible.storage.EvaluationStore;
import dev.crucible.storage.OutputStore;
import dev.crucible.storage.StatusChange;
import dev.crucible.storage.TimelineEntry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Takes a client's change of status through the state machine. */
final class StatusChanges {
    private static final String ACTOR = "storage";

    private final EvaluationStore store;
    private final OutputStore outputs;
    private final Drafts drafts;
    private final InstantSource clock;

    StatusChanges(EvaluationStore store, OutputStore outputs, Drafts drafts, InstantSource clock) {
        this.store = store;
        this.outputs = outputs;
        this.drafts = drafts;
        this.clock = clock;
    }

    /**
     * The change's line of the timeline, or empty when the evaluation has that status already.
     *
     * @throws PlatformException {@code STATE_CONFLICT} if the state machine refuses it, {@code NOT_FOUND}
     */
    Optional<TimelineEntry> apply(EvaluationId id, ChangeRequest request) {
        Evaluation current = store.find(id).orElseThrow(Paths::noEvaluation);
        EvaluationStatus to = request.to();
        if (current.status() == to && (request.attempt() == null || request.attempt() == current.attempt())) {
            return Optional.empty();
        }
        if (!current.status().next().contains(to)) {
            throw ChangeRequest.refused(current.status(), to);
        }
        Changed answer = store.apply(List.of(change(current, request))).get(0);
        TimelineEntry entry = answer.entry();
        if (entry == null) {
            throw ChangeRequest.refused(answer.current(), to);
        }
        if (to.terminal()) {
            drafts.forget(id);
        }
        return Optional.of(entry);
    }

    private StatusChange change(Evaluation current, ChangeRequest request) {
        EvaluationStatus to = request.to();
        int latest = to == EvaluationStatus.PROVISIONING ? current.attempt() + 1 : current.attempt();
        return new StatusChange(
                current.id(), to, request.actor() == null ? ACTOR : request.actor(),
                request.attempt() == null ? latest : request.attempt(), request.detail(),
                request.at() == null ? clock.instant() : request.at(), request.workerId(),
                to.terminal() ? outcome(current, request) : null);
    }

    private Outcome outcome(Evaluation current, ChangeRequest request) {
        Reason reason = request.reasonFrom(current.status());
        boolean ran = current.startedAt() != null;
        String engine = request.engine() == null && ran ? current.submission().engine() : request.engine();
        long runtime = request.runtimeMs() == null ? 0 : request.runtimeMs();
        return new Outcome(
                reason,
                request.detail() == null ? "It was reported as " + reason.wire() + "." : request.detail(),
                request.exitCode() == null && reason == Reason.OK ? Integer.valueOf(0) : request.exitCode(),
                request.signal(),
                new Outcome.Usage(runtime, request.cpuMs(), request.peakMemoryBytes(), 0),
                output(current.id(), OutputStreamName.STDOUT, request.output()),
                output(current.id(), OutputStreamName.STDERR, request.error()),
                output(current.id(), OutputStreamName.COMPILE, null),
                engine, request.engineVersion(), request.languageVersion());
    }

    private CapturedOutput output(EvaluationId id, OutputStreamName stream, @Nullable String text) {
        if (text != null) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return bytes.length <= CapturedOutput.INLINE_BYTES
                    ? new CapturedOutput(bytes, bytes.length, false, null)
                    : new CapturedOutput(Arrays.copyOf(bytes, CapturedOutput.INLINE_BYTES), bytes.length, false,
                            outputs.put(id, stream, new ByteArrayInputStream(bytes)));
        }
        return drafts.put(id, stream).map(this::captured).orElse(CapturedOutput.EMPTY);
    }

    private CapturedOutput captured(Drafts.Put put) {
        try (InputStream content = outputs.open(put.ref(), 0)) {
            byte[] head = content.readNBytes(CapturedOutput.INLINE_BYTES);
            return new CapturedOutput(head, put.size(), false, put.size() == head.length ? null : put.ref());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
