package dev.crucible.api;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.kernel.FieldError;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.platform.submission.Fields;
import dev.crucible.platform.submission.Priorities;
import dev.crucible.platform.submission.RunFields;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Turns the JSON of a submission into a {@link Submission}, or says everything that is wrong with it at once.
 * Thread-safe.
 */
public final class SubmissionReader {
    public static final int MAX_BATCH = 1_000;

    private static final int MAX_TAGS = 32;
    private static final int MAX_TAG_NAME = 64;
    private static final int MAX_TAG_VALUE = 256;
    private static final int MAX_METADATA = 16 * 1024;
    /** Whoever sends more mistakes than this has one cause for them. */
    private static final int MAX_ERRORS = 100;

    private static final BigDecimal MAX_DELAY_SECONDS = BigDecimal.valueOf(366L * 24 * 3600);
    private static final BigDecimal MILLISECOND = new BigDecimal("0.001");
    private static final List<String> LATER = List.of("callback_url", "deploy_gate");

    private final Catalog catalog;
    private final Limits maxLimits;
    private final InstantSource clock;

    SubmissionReader(Catalog catalog, Limits maxLimits, InstantSource clock) {
        this.catalog = requireNonNull(catalog, "catalog is null");
        this.maxLimits = requireNonNull(maxLimits, "maxLimits is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    /** @throws PlatformException {@code VALIDATION} with every field that is wrong */
    public Submission read(JsonNode body, @Nullable String traceparent) {
        List<FieldError> errors = new ArrayList<>();
        Submission submission = read(body, List.of("body"), errors, traceparent);
        if (submission == null) {
            throw invalid(errors);
        }
        return submission;
    }

    /** Reads {@code {"evaluations": […]}}. @throws PlatformException {@code VALIDATION} naming each item at fault */
    public List<Submission> readBatch(JsonNode body, @Nullable String traceparent) {
        List<FieldError> errors = new ArrayList<>();
        JsonNode items = body.get("evaluations");
        List<String> loc = List.of("body", "evaluations");
        if (items == null || !items.isArray()) {
            throw PlatformException.invalid(List.of(new FieldError(
                    loc, "must be a list of submissions", items == null ? "missing" : "type_error")));
        }
        if (items.isEmpty() || items.size() > MAX_BATCH) {
            throw PlatformException.invalid(List.of(
                    new FieldError(loc, "must hold 1 to " + MAX_BATCH + " submissions", "out_of_range")));
        }
        List<Submission> submissions = new ArrayList<>(items.size());
        for (int i = 0; i < items.size() && errors.size() < MAX_ERRORS; i++) {
            Submission read = read(
                    items.get(i), List.of("body", "evaluations", Integer.toString(i)), errors, traceparent);
            if (read != null) {
                submissions.add(read);
            }
        }
        if (!errors.isEmpty()) {
            throw invalid(errors);
        }
        return submissions;
    }

    private static PlatformException invalid(List<FieldError> errors) {
        return PlatformException.invalid(errors.subList(0, Math.min(errors.size(), MAX_ERRORS)));
    }

    private @Nullable Submission read(
            JsonNode body, List<String> loc, List<FieldError> errors, @Nullable String traceparent) {
        if (!body.isObject()) {
            errors.add(new FieldError(loc, "must be a JSON object", "type_error"));
            return null;
        }
        int before = errors.size();
        Fields fields = new Fields(body, loc, errors);
        refuseLater(fields);
        String language = language(fields);
        image(fields, language);
        String engine = engine(fields);
        int priority = priority(fields);
        RunFields run = RunFields.read(
                fields, catalog.fileOf(language).orElse(null), maxLimits, catalog.defaultLimits(language));
        Map<String, String> tags = tags(fields);
        String metadata = metadata(fields);
        Instant notBefore = notBefore(fields);
        return errors.size() > before
                ? null
                : run.submission(language, engine, priority, tags, metadata, notBefore, traceparent);
    }

    private static void refuseLater(Fields fields) {
        for (String name : LATER) {
            if (fields.has(name)) {
                fields.wrong(name, "is not supported by this version yet", "not_supported");
            }
        }
    }

    /** A language has the one image that is listed for it, so a client that names it says nothing new. */
    private void image(Fields fields, String language) {
        String image = fields.text("executor_image");
        Optional<String> listed = catalog.imageOf(language);
        if (image != null && !listed.equals(Optional.of(image))) {
            fields.wrong(
                    "executor_image",
                    "is not the image that the administrator listed for " + language + listed.map(known -> ", " + known).orElse(""),
                    "not_allowed");
        }
    }

    private String language(Fields fields) {
        if (!fields.has("language")) {
            return "python";
        }
        String name = fields.text("language");
        if (name == null) {
            return "";
        }
        return catalog.language(name).orElseGet(() -> {
            fields.wrong("language", "is not known; known are " + catalog.languageNames(), "unknown_language");
            return "";
        });
    }

    private String engine(Fields fields) {
        String name = fields.text("engine");
        if (name == null) {
            return ApiConfig.AUTO;
        }
        String folded = name.strip().toLowerCase(Locale.ROOT);
        if (!catalog.knowsEngine(folded)) {
            fields.add(catalog.unknownEngine(fields.at("engine")));
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

    private static Map<String, String> tags(Fields fields) {
        Map<String, String> tags = fields.textMap("tags");
        if (tags.size() > MAX_TAGS) {
            fields.wrong("tags", "must be at most " + MAX_TAGS, "too_long");
        }
        if (tags.entrySet().stream().anyMatch(SubmissionReader::tooLong)) {
            fields.wrong("tags", "a name has 1 to " + MAX_TAG_NAME + " characters, a value at most " + MAX_TAG_VALUE,
                    "too_long");
        }
        if (tags.entrySet().stream().anyMatch(SubmissionReader::unprintable)) {
            fields.wrong("tags", "must not hold control characters", "invalid_text");
        }
        return tags;
    }

    private static boolean tooLong(Map.Entry<String, String> tag) {
        return tag.getKey().isBlank() || tag.getKey().length() > MAX_TAG_NAME || tag.getValue().length() > MAX_TAG_VALUE;
    }

    private static boolean unprintable(Map.Entry<String, String> tag) {
        return hasControl(tag.getKey()) || hasControl(tag.getValue()) || Fields.hasLoneSurrogate(tag.getKey());
    }

    private static @Nullable String metadata(Fields fields) {
        JsonNode node = fields.node("metadata");
        if (node == null) {
            return null;
        }
        String text = node.toString();
        if (Fields.utf8Length(text) > MAX_METADATA) {
            fields.wrong("metadata", "is longer than 16 KiB", "too_long");
        } else if (Fields.hasLoneSurrogate(text)) {
            fields.wrong("metadata", "holds half of a surrogate pair, which has no form in UTF-8", "invalid_text");
        }
        return text;
    }

    private @Nullable Instant notBefore(Fields fields) {
        Instant now = clock.instant();
        BigDecimal delay = fields.number("delay_seconds");
        String time = fields.text("not_before");
        if (delay != null && time != null) {
            fields.wrong("not_before", "cannot go with delay_seconds; send one of them", "conflict");
        } else if (delay != null) {
            if (delay.signum() < 0 || delay.compareTo(MAX_DELAY_SECONDS) > 0) {
                fields.wrong("delay_seconds", "must be from 0 to " + MAX_DELAY_SECONDS + " seconds", "out_of_range");
            } else {
                return delay.signum() == 0 ? null : now.plusMillis(delay.max(MILLISECOND).movePointRight(3).longValue());
            }
        } else if (time != null) {
            return time(fields, time, now);
        }
        return null;
    }

    private static @Nullable Instant time(Fields fields, String text, Instant now) {
        try {
            Instant time = OffsetDateTime.parse(text).toInstant();
            if (time.isAfter(now.plusSeconds(MAX_DELAY_SECONDS.longValue()))) {
                fields.wrong("not_before", "is more than a year away", "out_of_range");
            }
            return time.isAfter(now) ? time : null;
        } catch (DateTimeException e) {
            fields.wrong("not_before", "must be a time such as 2026-11-21T22:49:36Z", "invalid_time");
            return null;
        }
    }

    private static boolean hasControl(String text) {
        return text.chars().anyMatch(Character::isISOControl);
    }
}
