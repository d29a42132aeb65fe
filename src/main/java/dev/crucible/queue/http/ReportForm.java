package dev.crucible.queue.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.FieldError;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.CapturedOutput;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.OutputStreamName;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.platform.http.WireBody;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a worker reports. One of ours sends the whole {@code outcome}. Any other sends {@code output}: a text, or an
 * object with some of {@code output}, {@code error}, {@code exit_code}, {@code status}, {@code runtime_ms}; or whatever
 * its engine made. The outcome then says what was reported and nothing that was not.
 */
final class ReportForm {
    private static final Set<String> NAMES = Set.of("output", "error", "exit_code", "status");
    private static final Map<String, Reason> STATUSES = Map.of(
            "completed", Reason.OK, "success", Reason.OK, "succeeded", Reason.OK, "ok", Reason.OK,
            "failed", Reason.NONZERO_EXIT, "error", Reason.NONZERO_EXIT,
            "timeout", Reason.WALL_TIMEOUT, "cancelled", Reason.KILLED, "killed", Reason.KILLED);
    private static final int MAX_SIGNAL = 64;
    private static final int MAX_RUNTIME_MILLIS = 7 * 24 * 3600 * 1000;

    private final OutputKeeper keeper;

    ReportForm(OutputKeeper keeper) {
        this.keeper = keeper;
    }

    /**
     * @param outputBytes what may be kept of each stream of a plain report
     * @throws PlatformException {@code VALIDATION}
     */
    Outcome read(EvaluationId id, JsonNode body, long outputBytes) {
        JsonNode whole = body.get("outcome");
        if (whole != null && !whole.isNull()) {
            return WireBody.as(whole, Outcome.class, List.of("body", "outcome"));
        }
        JsonNode output = body.get("output");
        if (output == null) {
            throw wrong(List.of("body", "output"), "is needed, or outcome", "missing");
        }
        boolean report = output.isObject() && NAMES.stream().anyMatch(output::has);
        return report ? report(id, output, outputBytes) : bare(id, output, outputBytes);
    }

    private Outcome bare(EvaluationId id, JsonNode output, long outputBytes) {
        return outcome(Reason.OK, "Its worker reported the output, and no exit code.", null, null, 0,
                captured(id, OutputStreamName.STDOUT, output, outputBytes), CapturedOutput.EMPTY);
    }

    private Outcome report(EvaluationId id, JsonNode report, long outputBytes) {
        Integer exit = whole(report, "exit_code", -MAX_SIGNAL, Integer.MAX_VALUE);
        Integer millis = whole(report, "runtime_ms", 0, MAX_RUNTIME_MILLIS);
        Reason said = status(report);
        // Python's way to say that a signal ended a process.
        Integer signal = exit != null && exit < 0 ? Integer.valueOf(-exit) : null;
        return outcome(
                reason(said, exit), detail(said, exit), signal == null ? exit : null, signal, millis == null ? 0 : millis,
                captured(id, OutputStreamName.STDOUT, report.path("output"), outputBytes),
                captured(id, OutputStreamName.STDERR, report.path("error"), outputBytes));
    }

    /** The exit code says more than a mere "completed" or "failed"; a limit that its worker saw says more than both. */
    private static Reason reason(@Nullable Reason said, @Nullable Integer exit) {
        if (said == Reason.WALL_TIMEOUT || said == Reason.KILLED) {
            return said;
        }
        if (exit != null && exit < 0) {
            return Reason.SIGNALLED;
        }
        return exit != null && exit != 0 || said == Reason.NONZERO_EXIT ? Reason.NONZERO_EXIT : Reason.OK;
    }

    private static String detail(@Nullable Reason said, @Nullable Integer exit) {
        String status = said == null ? "no status" : "that it " + switch (said) {
            case OK -> "completed";
            case WALL_TIMEOUT -> "ran out of time";
            case KILLED -> "was stopped";
            default -> "failed";
        };
        String end = exit == null ? "no exit code" : exit < 0 ? "signal " + -exit : "exit code " + exit;
        return "Its worker reported " + status + ", and " + end + ".";
    }

    private static @Nullable Reason status(JsonNode report) {
        JsonNode status = report.path("status");
        if (status.isMissingNode() || status.isNull()) {
            return null;
        }
        Reason known = STATUSES.get(status.asText());
        if (known == null) {
            throw wrong(List.of("body", "output", "status"),
                    "must be one of " + String.join(", ", STATUSES.keySet().stream().sorted().toList()), "unknown_value");
        }
        return known;
    }

    private static @Nullable Integer whole(JsonNode report, String name, int least, int most) {
        JsonNode node = report.path(name);
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        if (!node.isNumber() || node.doubleValue() < least || node.doubleValue() > most
                || (name.equals("exit_code") && !node.isIntegralNumber())) {
            throw wrong(List.of("body", "output", name), "must be a whole number from " + least + " to " + most, "type_error");
        }
        return node.intValue();
    }

    /** Text as it is, nothing for null, and the JSON of anything else. */
    private CapturedOutput captured(EvaluationId id, OutputStreamName stream, JsonNode node, long outputBytes) {
        if (node.isMissingNode() || node.isNull()) {
            return CapturedOutput.EMPTY;
        }
        byte[] all = (node.isTextual() ? node.textValue() : node.toString()).getBytes(StandardCharsets.UTF_8);
        byte[] kept = all.length > outputBytes ? Arrays.copyOf(all, (int) outputBytes) : all;
        boolean truncated = kept.length < all.length;
        if (kept.length <= CapturedOutput.INLINE_BYTES) {
            return new CapturedOutput(kept, kept.length, truncated, null);
        }
        String ref = keeper.put(id, stream, new ByteArrayInputStream(kept));
        return new CapturedOutput(Arrays.copyOf(kept, CapturedOutput.INLINE_BYTES), kept.length, truncated, ref);
    }

    private static Outcome outcome(
            Reason reason, String detail, @Nullable Integer exit, @Nullable Integer signal, long millis,
            CapturedOutput stdout, CapturedOutput stderr) {
        return new Outcome(reason, detail, exit, signal, new Outcome.Usage(millis, null, null, 0), stdout, stderr,
                CapturedOutput.EMPTY, null, null, null);
    }

    private static PlatformException wrong(List<String> loc, String message, String type) {
        return PlatformException.invalid(List.of(new FieldError(loc, message, type)));
    }
}
