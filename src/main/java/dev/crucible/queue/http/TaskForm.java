package dev.crucible.queue.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.FieldError;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Isolation;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.platform.http.WireBody;
import dev.crucible.platform.submission.Fields;
import dev.crucible.platform.submission.InputFields;
import dev.crucible.platform.submission.LimitCeiling;
import dev.crucible.platform.submission.LimitFields;
import dev.crucible.platform.submission.Priorities;
import dev.crucible.queue.Task;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads tasks. A plain one has its submission's fields beside {@code eval_id}, as the gateway's submissions have them; one
 * of our own processes has the whole {@code submission} as it was checked before.
 */
final class TaskForm {
    static final int MAX_BATCH = 10_000;

    private static final int MAX_ERRORS = 20;
    private static final int MAX_CODE = 1 << 20;
    private static final int MAX_TAGS = 32;
    private static final int MAX_SUBMITTER = 128;
    private static final BigDecimal MAX_DELAY = BigDecimal.valueOf(366L * 24 * 3600);
    private static final BigDecimal MILLISECOND = new BigDecimal("0.001");
    private static final String SOMEBODY = "queue-client";
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9.+#_-]{0,31}");
    /** Fields of a submission that only a whole one can have. */
    private static final List<String> WHOLE_ONLY =
            List.of("files", "entrypoint", "tests", "stop_on_failure", "artifacts", "metadata", "deploy_gate", "callback_url");

    private final TaskDefaults defaults;
    private final LimitCeiling ceiling;
    private final InstantSource clock;

    TaskForm(TaskDefaults defaults, InstantSource clock) {
        this.defaults = defaults;
        this.ceiling = new LimitCeiling(defaults.maxLimits());
        this.clock = clock;
    }

    /** @throws PlatformException {@code VALIDATION} naming each field at fault, {@code LIMIT_EXCEEDED} */
    Task one(JsonNode body, @Nullable String traceparent) {
        List<FieldError> errors = new ArrayList<>();
        Task task = read(body, List.of("body"), errors, traceparent);
        if (task == null) {
            throw invalid(errors);
        }
        return task;
    }

    /** @throws PlatformException likewise, naming each task at fault by its place */
    List<Task> batch(JsonNode body, @Nullable String traceparent) {
        if (!body.isArray() || body.isEmpty() || body.size() > MAX_BATCH) {
            throw invalid(List.of(new FieldError(List.of("body"), "must be a list of 1 to " + MAX_BATCH + " tasks",
                    body.isArray() ? "out_of_range" : "type_error")));
        }
        List<FieldError> errors = new ArrayList<>();
        List<Task> tasks = new ArrayList<>(body.size());
        for (int i = 0; i < body.size() && errors.size() < MAX_ERRORS; i++) {
            Task task = read(body.get(i), List.of("body", Integer.toString(i)), errors, traceparent);
            if (task != null) {
                tasks.add(task);
            }
        }
        if (!errors.isEmpty()) {
            throw invalid(errors);
        }
        return tasks;
    }

    private @Nullable Task read(JsonNode body, List<String> loc, List<FieldError> errors, @Nullable String traceparent) {
        if (!body.isObject()) {
            errors.add(new FieldError(loc, "must be an object", "type_error"));
            return null;
        }
        int before = errors.size();
        Fields fields = new Fields(body, loc, errors);
        EvaluationId id = id(fields);
        String submitter = submitter(fields);
        JsonNode whole = fields.node("submission");
        Submission submission = whole == null
                ? plain(fields, traceparent)
                : WireBody.as(whole, Submission.class, fields.at("submission"));
        return errors.size() > before || id == null || submission == null ? null : new Task(id, submitter, submission);
    }

    private static @Nullable EvaluationId id(Fields fields) {
        String text = fields.text("eval_id");
        if (text == null) {
            if (!fields.has("eval_id")) {
                fields.wrong("eval_id", "is needed", "missing");
            }
            return null;
        }
        return EvaluationId.parse(text).orElseGet(() -> {
            fields.wrong("eval_id", "must be 1 to 64 letters, digits, _ or -, beginning with a letter or digit", "invalid_id");
            return null;
        });
    }

    private static String submitter(Fields fields) {
        String text = fields.text("submitter");
        if (text != null && (text.isBlank() || text.length() > MAX_SUBMITTER || text.chars().anyMatch(Character::isISOControl))) {
            fields.wrong("submitter", "must be 1 to " + MAX_SUBMITTER + " printable characters", "invalid_text");
        }
        return text == null ? SOMEBODY : text;
    }

    private @Nullable Submission plain(Fields fields, @Nullable String traceparent) {
        WHOLE_ONLY.stream().filter(fields::has).forEach(name -> fields.wrong(
                name, "is not taken in a plain task; submit it to the gateway, or send the whole submission", "not_supported"));
        String code = code(fields);
        String language = name(fields, "language", defaults.language());
        String engine = name(fields, "engine", defaults.engine());
        int priority = priority(fields);
        Limits limits = LimitFields.read(fields, defaults.maxLimits(), defaults.limits());
        InputFields input = InputFields.read(fields);
        Map<String, String> tags = fields.textMap("tags");
        if (tags.size() > MAX_TAGS) {
            fields.wrong("tags", "must be at most " + MAX_TAGS, "too_long");
        }
        Isolation isolation = isolation(fields);
        Instant notBefore = notBefore(fields);
        if (code == null) {
            return null;
        }
        ceiling.check(limits);
        return new Submission(
                code, language, engine.equals("auto") ? defaults.engine() : engine, priority, limits, input.stdin(),
                input.args(), input.env(), tags, null, notBefore, traceparent, List.of(), null, isolation, List.of(), false,
                List.of());
    }

    private static @Nullable String code(Fields fields) {
        String code = fields.text("code");
        if (code == null) {
            if (!fields.has("code")) {
                fields.wrong("code", "is needed", "missing");
            }
            return null;
        }
        if (code.isBlank()) {
            fields.wrong("code", "must not be blank", "blank");
        } else if (Fields.utf8Length(code) > MAX_CODE) {
            fields.wrong("code", "is longer than 1 MiB", "too_long");
        }
        return code;
    }

    private static String name(Fields fields, String field, String otherwise) {
        String text = fields.text(field);
        if (text == null) {
            return otherwise;
        }
        String folded = text.strip().toLowerCase(Locale.ROOT);
        if (!NAME.matcher(folded).matches()) {
            fields.wrong(field, "must be a name of at most 32 letters, digits and . + # _ -", "invalid_name");
        }
        return folded;
    }

    private static int priority(Fields fields) {
        JsonNode node = fields.node("priority");
        if (node == null) {
            return Submission.DEFAULT_PRIORITY;
        }
        OptionalInt level = Priorities.level(node);
        if (level.isEmpty()) {
            fields.wrong("priority", "must be a whole number from 0 to 10, true or false", "type_error");
        }
        return level.orElse(Submission.DEFAULT_PRIORITY);
    }

    private static Isolation isolation(Fields fields) {
        String text = fields.text("isolation");
        for (Isolation isolation : Isolation.values()) {
            if (isolation.wire().equals(text)) {
                return isolation;
            }
        }
        if (text != null) {
            fields.wrong("isolation", "must be warm or cold", "unknown_value");
        }
        return Isolation.WARM;
    }

    private @Nullable Instant notBefore(Fields fields) {
        BigDecimal delay = fields.number("delay_seconds");
        String time = fields.text("not_before");
        if (delay != null && time != null) {
            fields.wrong("not_before", "cannot go with delay_seconds; send one of them", "conflict");
        } else if (delay != null && (delay.signum() < 0 || delay.compareTo(MAX_DELAY) > 0)) {
            fields.wrong("delay_seconds", "must be from 0 to " + MAX_DELAY + " seconds", "out_of_range");
        } else if (delay != null) {
            return clock.instant().plusMillis(delay.max(MILLISECOND).movePointRight(3).longValue());
        } else if (time != null) {
            return time(fields, time);
        }
        return null;
    }

    private @Nullable Instant time(Fields fields, String text) {
        try {
            Instant time = OffsetDateTime.parse(text).toInstant();
            if (time.isAfter(clock.instant().plusSeconds(MAX_DELAY.longValue()))) {
                fields.wrong("not_before", "is more than a year away", "out_of_range");
            }
            return time;
        } catch (DateTimeException e) {
            fields.wrong("not_before", "must be a time such as 2026-11-21T22:49:36Z", "invalid_time");
            return null;
        }
    }

    private static PlatformException invalid(List<FieldError> errors) {
        return PlatformException.invalid(errors.subList(0, Math.min(errors.size(), MAX_ERRORS)));
    }
}
