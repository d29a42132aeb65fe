package dev.crucible.executor.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.crucible.executor.CodeExecutor;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.EngineStatus.LanguageStatus;
import dev.crucible.executor.ExecutionRequest;
import dev.crucible.executor.Language;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.FieldError;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.platform.json.Json;
import dev.crucible.platform.submission.Fields;
import dev.crucible.platform.submission.LimitCeiling;
import dev.crucible.platform.submission.RunFields;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads what {@code POST /execute} asks for, or says everything that is wrong with it at once. */
final class ExecuteReader {
    private static final int MAX_WORD = 64;
    private static final int MAX_ERRORS = 100;
    private static final BigDecimal MOST_ATTEMPTS = BigDecimal.valueOf(1_000_000);
    private static final BigDecimal LONGEST_ABSENCE = BigDecimal.valueOf(3_600);

    private final CodeExecutor executor;
    private final LimitCeiling ceiling;

    ExecuteReader(CodeExecutor executor, Limits maxLimits) {
        this.executor = executor;
        this.ceiling = new LimitCeiling(maxLimits);
    }

    /**
     * @throws PlatformException {@code VALIDATION} with every field that is wrong, {@code LIMIT_EXCEEDED} with every
     *     limit above what this host allows, {@code ENGINE_UNAVAILABLE} if no engine was named and none can run it
     */
    ExecuteOrder read(JsonNode body) {
        List<FieldError> errors = new ArrayList<>();
        if (!body.isObject()) {
            throw PlatformException.invalid(List.of(new FieldError(List.of("body"), "must be an object", "type_error")));
        }
        Fields fields = new Fields(body, List.of("body"), errors);
        Optional<EvaluationId> id = id(fields);
        int attempt = whole(fields, "attempt", 1);
        String token = text(fields, "token");
        Duration abandonAfter = abandonAfter(fields);
        String named = word(fields, "language", "python");
        String engine = word(fields, "engine", "auto");
        Optional<Language> language = language(named);
        RunFields run = RunFields.read(
                fields, language.map(Language::file).orElse(null), ceiling.max(),
                language.map(known -> known.limits().over(Limits.DEFAULTS)).orElse(Limits.DEFAULTS));
        if (!errors.isEmpty() || id.isEmpty()) {
            throw PlatformException.invalid(errors.subList(0, Math.min(errors.size(), MAX_ERRORS)));
        }
        ceiling.check(run.limits());
        String spoken = language.map(Language::name).orElse(named);
        Submission submission = run.submission(
                spoken, engine.equals("auto") ? strongest(spoken) : engine, Submission.DEFAULT_PRIORITY, Map.of(), null, null, null);
        return new ExecuteOrder(new ExecutionRequest(id.get(), attempt, submission), token, abandonAfter);
    }

    private static Optional<EvaluationId> id(Fields fields) {
        if (!fields.has("eval_id")) {
            fields.wrong("eval_id", "is missing", "missing");
            return Optional.empty();
        }
        String text = fields.text("eval_id");
        Optional<EvaluationId> id = text == null ? Optional.empty() : EvaluationId.parse(text);
        if (text != null && id.isEmpty()) {
            fields.wrong("eval_id", "must be 1 to 64 letters, digits, _ or -, and begin with a letter or digit", "invalid_id");
        }
        return id;
    }

    private static int whole(Fields fields, String name, int otherwise) {
        BigDecimal number = fields.number(name);
        if (number == null) {
            return otherwise;
        }
        if (number.compareTo(BigDecimal.ONE) < 0 || number.compareTo(MOST_ATTEMPTS) > 0
                || number.remainder(BigDecimal.ONE).signum() != 0) {
            fields.wrong(name, "must be a whole number from 1 to " + MOST_ATTEMPTS, "out_of_range");
            return otherwise;
        }
        return number.intValue();
    }

    private static @Nullable Duration abandonAfter(Fields fields) {
        BigDecimal seconds = fields.number("abandon_after");
        if (seconds == null) {
            return null;
        }
        if (seconds.compareTo(BigDecimal.ONE) < 0 || seconds.compareTo(LONGEST_ABSENCE) > 0) {
            fields.wrong("abandon_after", "must be from 1 to " + LONGEST_ABSENCE + " seconds", "out_of_range");
            return null;
        }
        return Duration.ofMillis(seconds.movePointRight(3).longValue());
    }

    private static String word(Fields fields, String name, String otherwise) {
        String text = text(fields, name);
        return text == null ? otherwise : text.strip().toLowerCase(Locale.ROOT);
    }

    private static @Nullable String text(Fields fields, String name) {
        String text = fields.text(name);
        if (text != null && (text.isBlank() || text.length() > MAX_WORD || text.chars().anyMatch(Character::isISOControl))) {
            fields.wrong(name, "must have 1 to " + MAX_WORD + " characters, none of them a control character", "invalid_text");
        }
        return text;
    }

    /** One that is not known has the executor say so. */
    private Optional<Language> language(String name) {
        return executor.languages().stream()
                .filter(language -> language.name().equals(name) || language.aliases().contains(name)).findFirst();
    }

    private String strongest(String language) {
        for (EngineStatus engine : executor.engines()) {
            LanguageStatus spoken = engine.languages().get(language);
            if (engine.available() && spoken != null && spoken.available()) {
                return engine.name();
            }
        }
        throw new PlatformException(ErrorCode.ENGINE_UNAVAILABLE,
                "No engine of this executor can run " + language + " now; GET /engines says why.");
    }

    /** For the documentation. */
    static ObjectNode schema() {
        ObjectNode schema = Json.MAPPER.createObjectNode().put("type", "object");
        schema.put("description", "Whose run it is, and the fields of a submission that decide how it is run, as the gateway takes them.");
        schema.putArray("required").add("eval_id");
        ObjectNode properties = schema.putObject("properties");
        property(properties, "eval_id", "string", "1 to 64 letters, digits, _ or -");
        property(properties, "attempt", "integer", "From 1; a later attempt takes the place of an earlier one that was begun here");
        property(properties, "token", "string", "Any word; the same order with the same token begins nothing again");
        property(properties, "abandon_after", "number", "Stop and forget it when nobody has asked for so many seconds while it runs");
        property(properties, "engine", "string", "auto (the default) is the strongest that can run it");
        property(properties, "language", "string", "python by default");
        property(properties, "code", "string", "The program, at most 1 MiB; or send files");
        property(properties, "files", "array", "{path, content, encoding: utf8 or base64}, at most 100 and 8 MiB");
        property(properties, "entrypoint", "string", "The one of files to run");
        property(properties, "stdin", "string", "What it reads");
        property(properties, "args", "array", "Strings");
        property(properties, "env", "object", "Strings by name");
        property(properties, "timeout", "number", "Seconds");
        property(properties, "cpu_time_limit", "number", "Seconds");
        for (String size : List.of("memory_limit", "disk_limit", "output_limit")) {
            property(properties, size, null, "512Mi, 1Gi, or a number of bytes");
        }
        property(properties, "cpu_limit", null, "500m or 0.5");
        property(properties, "pids_limit", "integer", "Processes and threads");
        property(properties, "isolation", "string", "warm or cold");
        property(properties, "tests", "array", "{name, stdin, args, expected_output, match}, at most 200");
        property(properties, "stop_on_failure", "boolean", "Whether the first test that does not pass is the last");
        property(properties, "artifacts", "array", "Globs of files to keep, at most 32");
        return schema;
    }

    private static void property(ObjectNode properties, String name, @Nullable String type, String description) {
        ObjectNode property = properties.putObject(name).put("description", description);
        if (type != null) {
            property.put("type", type);
        }
    }
}
