package dev.crucible.api.http;

import dev.crucible.events.EvaluationEvent;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.platform.json.Json;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** The messages that the server sends on a WebSocket, as text. */
final class LiveMessages {
    private LiveMessages() {}

    static String hello(String version, long position) {
        return message("hello", "version", version, "position", position);
    }

    static String heartbeat(Instant now) {
        return message("heartbeat", "timestamp", now);
    }

    static String evaluation(EvaluationEvent event) {
        return message("evaluation", "event", event.channel(), "position", event.position(),
                "eval_id", event.evalId().value(), "timestamp", event.at(), "data", event.data());
    }

    static String output(EvaluationId id, LiveText.Piece piece) {
        return message("output", "eval_id", id.value(), "stream", piece.stream().wire(), "offset", piece.offset(),
                "text", piece.text());
    }

    static String queue(PlatformAnswers.QueueView queue) {
        return message("queue", "data", queue);
    }

    static String error(String detail) {
        return message("error", "detail", detail);
    }

    static String overflow() {
        return message("overflow");
    }

    private static String message(String type, Object... namesAndValues) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("type", type);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            message.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return Json.text(message);
    }
}
