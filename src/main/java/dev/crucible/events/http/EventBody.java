package dev.crucible.events.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.crucible.events.EvaluationEvent;
import dev.crucible.events.Event;
import dev.crucible.events.OutputEvent;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.FieldError;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.kernel.evaluation.OutputStreamName;
import dev.crucible.platform.http.UnpairedText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event on the wire: a change of status, or bytes of output when it has a {@code stream}.
 *
 * @param position absent in what is published
 * @param bytes in JSON, base64
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record EventBody(
        @Nullable String evalId,
        @Nullable String submitter,
        @Nullable Long position,
        @Nullable Long source,
        @Nullable String status,
        @Nullable Instant at,
        @Nullable Map<String, @Nullable Object> data,
        @Nullable String stream,
        @Nullable Long offset,
        byte @Nullable [] bytes) {

    static EventBody of(Event event) {
        if (event instanceof OutputEvent output) {
            return new EventBody(
                    output.evalId().value(), output.submitter(), null, null, null, null, null, output.stream().wire(),
                    output.offset(), output.bytes());
        }
        EvaluationEvent change = (EvaluationEvent) event;
        return new EventBody(
                change.evalId().value(), change.submitter(), change.position(), change.source(),
                change.status().wire(), change.at(), change.data(), null, null, null);
    }

    /** @throws PlatformException {@code VALIDATION} naming the field that is not as it should be, below {@code loc} */
    Event event(List<String> loc) {
        EvaluationId id = EvaluationId.parse(needed(evalId, "eval_id", loc))
                .orElseThrow(() -> wrong("eval_id", "is not an evaluation id", loc));
        String whose = needed(submitter, "submitter", loc);
        if (stream != null) {
            OutputStreamName name = OutputStreamName.fromWire(stream)
                    .orElseThrow(() -> wrong("stream", "must be stdout, stderr or compile", loc));
            long where = needed(offset, "offset", loc);
            if (where < 0) {
                throw wrong("offset", "must not be negative", loc);
            }
            return new OutputEvent(id, whose, name, where, needed(bytes, "bytes", loc));
        }
        EvaluationStatus to = EvaluationStatus.fromWire(needed(status, "status", loc))
                .orElseThrow(() -> wrong("status", "is none that there is", loc));
        return new EvaluationEvent(
                position == null ? 0 : position, needed(source, "source", loc), id, whose, to, needed(at, "at", loc),
                values(loc));
    }

    private Map<String, Object> values(List<String> loc) {
        Map<String, Object> values = new LinkedHashMap<>();
        needed(data, "data", loc).forEach((name, value) -> {
            Object restored = value == null ? null : UnpairedText.restored(value);
            if (restored != null && !(restored instanceof String || restored instanceof Number || restored instanceof Boolean)) {
                throw wrong("data", "must hold strings, numbers and nulls alone", loc);
            }
            values.put(name, restored);
        });
        return values;
    }

    private static <T> T needed(@Nullable T value, String field, List<String> loc) {
        if (value == null) {
            throw wrong(field, "is missing", loc);
        }
        return value;
    }

    private static PlatformException wrong(String field, String message, List<String> loc) {
        List<String> at = new ArrayList<>(loc);
        at.add(field);
        return PlatformException.invalid(List.of(
                new FieldError(at, message, message.equals("is missing") ? "missing" : "value_error")));
    }
}
