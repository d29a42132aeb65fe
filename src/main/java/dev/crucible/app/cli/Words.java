package dev.crucible.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.kernel.evaluation.Reason;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The platform's terms as a person would say them. */
final class Words {
    private Words() {}

    static boolean terminal(String status) {
        return EvaluationStatus.fromWire(status).map(EvaluationStatus::terminal).orElse(false);
    }

    /** A status with its sign; never colour alone. */
    static String status(String status) {
        return switch (status) {
            case "completed" -> "✓ completed";
            case "failed" -> "✗ failed";
            case "timeout" -> "✗ timeout";
            case "cancelled" -> "- cancelled";
            case "running" -> "> running";
            case "provisioning" -> "> provisioning";
            case "queued" -> "… queued";
            default -> "? " + status;
        };
    }

    static String inked(Ink ink, String status, String text) {
        return switch (status) {
            case "completed" -> ink.good(text);
            case "failed" -> ink.bad(text);
            case "timeout", "cancelled" -> ink.careful(text);
            default -> text;
        };
    }

    /** Why it ended, from a whole record or a line of a list. */
    static String reason(JsonNode record) {
        String wire = record.path("reason").asText("");
        return Reason.fromWire(wire).map(reason -> reason(reason, record)).orElse(wire);
    }

    private static String reason(Reason reason, JsonNode record) {
        return switch (reason) {
            case OK -> "ended normally";
            case NONZERO_EXIT -> "ended with exit code " + record.path("exit_code").asText("?");
            case SIGNALLED -> record.path("signal").isInt()
                    ? "ended by signal " + record.path("signal").asText()
                    : "ended by a signal";
            case COMPILE_ERROR -> "did not compile";
            case WALL_TIMEOUT -> "stopped: it ran longer than its timeout" + limit(record, "timeout", " of %s s");
            case CPU_TIMEOUT -> "stopped: it used more CPU time than allowed";
            case OUT_OF_MEMORY -> "stopped: it used more memory than allowed";
            case OUTPUT_LIMIT -> "stopped: it printed more than allowed";
            case DISK_LIMIT -> "stopped: it wrote more to disk than allowed";
            case PROCESS_LIMIT -> "stopped: it started more processes than allowed";
            case CANCELLED -> "cancelled before it ran";
            case KILLED -> "stopped by a user while it ran";
            case SANDBOX_ERROR -> "not run to an end: a fault of the platform, not of the program";
        };
    }

    private static String limit(JsonNode record, String field, String words) {
        JsonNode value = record.path(field);
        return value.isNumber() ? String.format(words, value.decimalValue().stripTrailingZeros().toPlainString()) : "";
    }

    /** What a run used: {@code 35 ms · CPU 20 ms · peak 9.1 MiB}. */
    static String usage(JsonNode record) {
        List<String> parts = new ArrayList<>();
        if (record.path("runtime_ms").isNumber()) {
            parts.add(millis(record.path("runtime_ms").asLong()));
        }
        if (record.path("cpu_ms").isNumber()) {
            parts.add("CPU " + millis(record.path("cpu_ms").asLong()));
        }
        if (record.path("peak_memory_bytes").isNumber()) {
            parts.add("peak memory " + size(record.path("peak_memory_bytes").asLong()));
        }
        return String.join(" · ", parts);
    }

    static String millis(long millis) {
        if (millis < 1000) {
            return millis + " ms";
        }
        if (millis < 60_000) {
            return String.format(Locale.ROOT, "%.2f s", millis / 1000.0);
        }
        long seconds = millis / 1000;
        return seconds < 3600
                ? seconds / 60 + " min " + seconds % 60 + " s"
                : seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
    }

    static String size(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        double size = bytes;
        int unit = 0;
        while (size >= 1024 && unit < units.length - 1) {
            size /= 1024;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", size, units[unit]);
    }

    /** How long ago, or {@code -} for no time at all. */
    static String ago(JsonNode time, InstantSource clock) {
        try {
            return time.isTextual() ? ago(Duration.between(Instant.parse(time.asText()), clock.instant())) : "-";
        } catch (DateTimeException e) {
            return time.asText();
        }
    }

    private static String ago(Duration age) {
        long seconds = age.toSeconds();
        if (seconds < 1) {
            return "just now";
        } else if (seconds < 60) {
            return seconds + " s ago";
        } else if (seconds < 3600) {
            return seconds / 60 + " min ago";
        } else if (seconds < 48 * 3600) {
            return seconds / 3600 + " h ago";
        }
        return seconds / 86_400 + " d ago";
    }
}
