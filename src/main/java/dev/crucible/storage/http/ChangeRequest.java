package dev.crucible.storage.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.FieldError;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.platform.http.WireBody;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A change of status as a client of the service asks for it, with how the evaluation ended when it did. Nothing else about
 * an evaluation changes, so other fields are refused.
 *
 * @param attempt the attempt it belongs to; the latest by default, or the next one when the attempt begins
 * @param reason by default what the status says
 * @param output standard output; by default what was put as a stream
 */
record ChangeRequest(
        @Nullable String status,
        @Nullable String reason,
        @Nullable String detail,
        @Nullable String actor,
        @Nullable Integer attempt,
        @Nullable String workerId,
        @Nullable Instant at,
        @Nullable String output,
        @Nullable String error,
        @Nullable Integer exitCode,
        @Nullable Integer signal,
        @Nullable Long runtimeMs,
        @Nullable Long cpuMs,
        @Nullable Long peakMemoryBytes,
        @Nullable String engine,
        @Nullable String engineVersion,
        @Nullable String languageVersion) {
    private static final int MAX_NAME = 256;
    private static final Set<String> FIELDS = Arrays.stream(ChangeRequest.class.getRecordComponents())
            .map(RecordComponent::getName)
            .map(name -> name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT))
            .collect(Collectors.toCollection(TreeSet::new));

    /** @throws PlatformException {@code VALIDATION} naming every field that cannot be changed, or the first that is wrong */
    static ChangeRequest read(JsonNode body) {
        if (!body.isObject()) {
            throw PlatformException.invalid(List.of(new FieldError(List.of("body"), "must be an object", "type_error")));
        }
        List<FieldError> strays = body.properties().stream()
                .filter(field -> !FIELDS.contains(field.getKey()))
                .limit(10)
                .map(field -> new FieldError(List.of("body", field.getKey().substring(0, Math.min(64, field.getKey().length()))),
                        "cannot be changed; a change has " + String.join(", ", FIELDS), "unknown_field"))
                .toList();
        if (!strays.isEmpty()) {
            throw PlatformException.invalid(strays);
        }
        ChangeRequest request = WireBody.as(body, ChangeRequest.class);
        request.check();
        return request;
    }

    private void check() {
        to();
        givenReason();
        requireShort("actor", actor);
        requireShort("worker_id", workerId);
        requireShort("engine", engine);
        requireShort("engine_version", engineVersion);
        requireShort("language_version", languageVersion);
        require(attempt == null || attempt >= 0, "attempt", "must not be negative");
        require(runtimeMs == null || runtimeMs >= 0, "runtime_ms", "must not be negative");
        require(cpuMs == null || cpuMs >= 0, "cpu_ms", "must not be negative");
        require(peakMemoryBytes == null || peakMemoryBytes >= 0, "peak_memory_bytes", "must not be negative");
        require(to().terminal() || (reason == null && output == null && error == null && exitCode == null && signal == null),
                "status", "is not an end: reason, output, error, exit_code and signal belong to one");
    }

    EvaluationStatus to() {
        return EvaluationStatus.fromWire(status == null ? "" : status).orElseThrow(() -> wrong("status",
                status == null ? "is missing" : "must be queued, provisioning, running, completed, failed, timeout or cancelled",
                status == null ? "missing" : "unknown_value"));
    }

    /** Why it ended; only of an end. */
    Reason reasonFrom(EvaluationStatus current) {
        Reason given = givenReason();
        return given != null ? given : switch (to()) {
            case COMPLETED -> Reason.OK;
            case FAILED -> exitCode != null && exitCode != 0 ? Reason.NONZERO_EXIT
                    : signal != null ? Reason.SIGNALLED : Reason.SANDBOX_ERROR;
            case TIMEOUT -> Reason.WALL_TIMEOUT;
            case CANCELLED -> current == EvaluationStatus.RUNNING ? Reason.KILLED : Reason.CANCELLED;
            case QUEUED, PROVISIONING, RUNNING -> throw new IllegalStateException("not an end");
        };
    }

    private @Nullable Reason givenReason() {
        if (reason == null) {
            return null;
        }
        Reason given = Reason.fromWire(reason).orElseThrow(() -> wrong("reason", "is none that there is", "unknown_value"));
        require(given.status() == to(), "reason", "goes with the status " + given.status().wire());
        return given;
    }

    private static void requireShort(String field, @Nullable String value) {
        require(value == null || value.length() <= MAX_NAME, field, "is longer than " + MAX_NAME + " characters");
    }

    private static void require(boolean holds, String field, String otherwise) {
        if (!holds) {
            throw wrong(field, otherwise, "value_error");
        }
    }

    private static PlatformException wrong(String field, String message, String type) {
        return PlatformException.invalid(List.of(new FieldError(List.of("body", field), message, type)));
    }

    /** What the state machine says when it refuses. */
    static PlatformException refused(@Nullable EvaluationStatus current, EvaluationStatus to) {
        return current == null ? Paths.noEvaluation() : new PlatformException(ErrorCode.STATE_CONFLICT,
                "The evaluation is " + current.wire() + "; " + to.wire() + " cannot follow, or the attempt is an old one.");
    }
}
