package dev.crucible.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectWriter;
import dev.crucible.kernel.evaluation.Artifact;
import dev.crucible.kernel.evaluation.CapturedOutput;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.kernel.evaluation.SourceFile;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.kernel.evaluation.TestOutcome;
import dev.crucible.platform.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The texts that are kept of an evaluation. */
final class StoredText {
    private static final int PREVIEW = 200;

    /** A program's text may hold what PostgreSQL cannot (NUL) or UTF-8 cannot (half a surrogate pair): as escapes it can. */
    private static final ObjectWriter ASCII =
            Json.MAPPER.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII.mappedFeature());

    private StoredText() {}

    /** An {@link Outcome} without its streams. The last four are absent in what an earlier version wrote. */
    record OutcomeText(
            Reason reason,
            String detail,
            @Nullable Integer exitCode,
            @Nullable Integer signal,
            Outcome.Usage usage,
            @Nullable String engine,
            @Nullable String engineVersion,
            @Nullable String languageVersion,
            Outcome.@Nullable Evidence evidence,
            @Nullable String result,
            @Nullable List<Artifact> artifacts,
            @Nullable List<TestOutcome> tests) {
        static OutcomeText of(Outcome outcome) {
            return new OutcomeText(
                    outcome.reason(), outcome.detail(), outcome.exitCode(), outcome.signal(), outcome.usage(),
                    outcome.engine(), outcome.engineVersion(), outcome.languageVersion(), outcome.evidence(),
                    outcome.result(), outcome.artifacts(), outcome.tests());
        }

        Outcome with(CapturedOutput stdout, CapturedOutput stderr, CapturedOutput compile) {
            return new Outcome(
                    reason, detail, exitCode, signal, usage, stdout, stderr, compile, engine, engineVersion,
                    languageVersion, evidence, result, artifacts == null ? List.of() : artifacts,
                    tests == null ? List.of() : tests);
        }
    }

    /** JSON in ASCII that {@link Json#read} turns into an equal value, whatever characters it holds. */
    static String json(Object value) {
        try {
            return ASCII.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("no JSON form for " + value.getClass().getName(), e);
        }
    }

    /** The first characters, whole ones, of what is run: the code, or the file that is the entrypoint. */
    static String preview(Submission submission) {
        String code = submission.files().stream()
                .filter(file -> file.path().equals(submission.entrypoint()))
                .findFirst()
                .map(StoredText::beginning)
                .orElse(submission.code());
        int end = Math.min(code.length(), PREVIEW);
        if (end < code.length() && Character.isHighSurrogate(code.charAt(end - 1))) {
            end--;
        }
        return clean(code.substring(0, end));
    }

    private static String beginning(SourceFile file) {
        // No character of UTF-8 has more bytes, and what is cut off at the end lies beyond the preview.
        int bytes = Math.min(file.content().length, 4 * PREVIEW + 4);
        return new String(file.content(), 0, bytes, StandardCharsets.UTF_8);
    }

    /** As a JSON object that {@code jsonb} takes. */
    static String tags(Map<String, String> tags) {
        Map<String, String> clean = new HashMap<>();
        tags.forEach((name, value) -> clean.put(clean(name), clean(value)));
        return json(clean);
    }

    /** The text with U+FFFD for what PostgreSQL's text cannot hold. */
    static String clean(String text) {
        StringBuilder clean = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean pair = Character.isHighSurrogate(c) && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (pair) {
                i++;
            } else if (c == 0 || Character.isSurrogate(c)) {
                clean = clean == null ? new StringBuilder(text) : clean;
                clean.setCharAt(i, '\uFFFD');
            }
        }
        return clean == null ? text : clean.toString();
    }

    static @Nullable String cleanOrNull(@Nullable String text) {
        return text == null ? null : clean(text);
    }
}
