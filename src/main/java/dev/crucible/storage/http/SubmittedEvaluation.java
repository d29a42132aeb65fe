package dev.crucible.storage.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.FieldError;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.platform.http.WireBody;
import dev.crucible.platform.json.Json;
import dev.crucible.storage.NewEvaluation;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An evaluation as a client of the service stores it: the id, who submitted it, and the fields of a submission beside them,
 * with the platform's defaults for what is left out. The gateway is what checks submissions; here only their form is.
 *
 * @param timed whether the client said when it was created
 */
record SubmittedEvaluation(NewEvaluation evaluation, boolean timed) {
    private static final String ANYBODY = "storage";
    private static final String LANGUAGE = "python";
    private static final String ENGINE = "auto";
    private static final Instant EARLIEST = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("+10000-01-01T00:00:00Z");
    private static final BigDecimal LONGEST_SECONDS = BigDecimal.valueOf(86_400);
    /** What names something: no control character and no half of a pair, neither of which a database takes. */
    private static final Pattern NAME = Pattern.compile("[^\\p{Cc}\\p{Cs}]{1,256}");

    private static final Set<String> WAITING = Set.of("queued", "submitted");

    /** @throws PlatformException {@code VALIDATION} naming the field, below {@code loc} */
    static SubmittedEvaluation read(JsonNode body, List<String> loc, Instant now) {
        if (!(body instanceof ObjectNode asked)) {
            throw wrong(loc, null, "must be an object", "type_error");
        }
        String status = text(asked, "status", loc);
        if (status != null && !WAITING.contains(status)) {
            throw wrong(loc, "status", "must be queued: an evaluation begins there, and changes by PUT", "value_error");
        }
        String id = text(asked, "eval_id", loc);
        if (id == null) {
            throw wrong(loc, "eval_id", "is missing", "missing");
        }
        EvaluationId evalId = EvaluationId.parse(id).orElseThrow(() -> wrong(loc, "eval_id",
                "must be 1 to 64 letters, digits, _ or -, and begin with a letter or digit", "invalid_id"));
        String submitter = text(asked, "submitter", loc);
        Instant created = time(asked, "created_at", loc);
        NewEvaluation made = new NewEvaluation(
                evalId, submitter == null ? ANYBODY : submitter, submission(asked, loc), created == null ? now : created,
                text(asked, "trace_id", loc));
        return new SubmittedEvaluation(made, created != null);
    }

    /** The same, created then. */
    NewEvaluation at(Instant createdAt) {
        return new NewEvaluation(
                evaluation.id(), evaluation.submitter(), evaluation.submission(), createdAt, evaluation.traceId());
    }

    private static Submission submission(ObjectNode asked, List<String> loc) {
        if (!asked.hasNonNull("code") && !asked.hasNonNull("files")) {
            throw wrong(loc, "code", "is missing", "missing");
        }
        ObjectNode whole = Json.MAPPER.createObjectNode();
        whole.put("code", "").put("language", LANGUAGE).put("engine", ENGINE).put("stdin", "")
                .put("priority", Submission.DEFAULT_PRIORITY);
        whole.putObject("env");
        whole.putObject("tags");
        whole.putArray("args");
        asked.properties().forEach(field -> {
            if (!field.getValue().isNull()) {
                whole.set(field.getKey(), field.getValue());
            }
        });
        text(whole, "language", loc);
        text(whole, "engine", loc);
        if (whole.path("isolation").isTextual()) {
            whole.put("isolation", whole.get("isolation").textValue().toUpperCase(Locale.ROOT));
        }
        whole.path("files").forEach(SubmittedEvaluation::encode);
        JsonNode metadata = asked.get("metadata");
        if (metadata != null && !metadata.isNull()) {
            whole.put("metadata", metadata.toString());
        }
        whole.set("limits", limits(asked, loc));
        return WireBody.as(whole, Submission.class, loc);
    }

    /** A file's content is text, unless its encoding says that it is base64 already. */
    private static void encode(JsonNode file) {
        if (file instanceof ObjectNode object && object.path("content").isTextual()
                && !object.path("encoding").asText().equals("base64")) {
            object.put("content", object.get("content").textValue().getBytes(StandardCharsets.UTF_8));
        }
    }

    /** The defaults, with what {@code limits} says instead, and then {@code timeout}. */
    private static ObjectNode limits(ObjectNode asked, List<String> loc) {
        ObjectNode limits = Json.MAPPER.valueToTree(Limits.DEFAULTS);
        JsonNode given = asked.get("limits");
        if (given instanceof ObjectNode some) {
            limits.setAll(some);
        } else if (given != null && !given.isNull()) {
            throw wrong(loc, "limits", "must be an object", "type_error");
        }
        JsonNode timeout = asked.get("timeout");
        if (timeout != null && !timeout.isNull()) {
            if (!timeout.isNumber() || timeout.decimalValue().signum() <= 0
                    || timeout.decimalValue().compareTo(LONGEST_SECONDS) > 0) {
                throw wrong(loc, "timeout", "must be a number of seconds above 0, at most " + LONGEST_SECONDS, "out_of_range");
            }
            limits.put("timeout", Duration.ofMillis(
                    Math.max(1, timeout.decimalValue().movePointRight(3).longValue())).toString());
        }
        return limits;
    }

    private static @Nullable String text(ObjectNode body, String name, List<String> loc) {
        JsonNode node = body.get(name);
        if (node == null || node.isNull()) {
            return null;
        }
        if (!node.isTextual()) {
            throw wrong(loc, name, "must be a string", "type_error");
        }
        if (!NAME.matcher(node.textValue()).matches()) {
            throw wrong(loc, name, "must be 1 to 256 characters, none of them a control character", "invalid_text");
        }
        return node.textValue();
    }

    private static @Nullable Instant time(ObjectNode body, String name, List<String> loc) {
        if (!body.hasNonNull(name)) {
            return null;
        }
        Instant time = WireBody.as(body.get(name), Instant.class, at(loc, name));
        if (time.isBefore(EARLIEST) || !time.isBefore(LATEST)) {
            throw wrong(loc, name, "must lie in the years 0 to 9999", "out_of_range");
        }
        return time;
    }

    private static List<String> at(List<String> loc, @Nullable String name) {
        List<String> where = new ArrayList<>(loc);
        if (name != null) {
            where.add(name);
        }
        return where;
    }

    private static PlatformException wrong(List<String> loc, @Nullable String name, String message, String type) {
        return PlatformException.invalid(List.of(new FieldError(at(loc, name), message, type)));
    }
}
