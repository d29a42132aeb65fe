package dev.crucible.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.platform.json.Json;
import java.io.IOException;
import java.util.Collections;

/** The requests that are measured, and what their answers must say. */
final class Evaluations {
    private static final String ONE = "{\"code\":\"" + Programs.CODE + "\",\"engine\":\"sandbox\",\"timeout\":20}";

    private Evaluations() {}

    static byte[] submit() {
        return HttpConnection.postRequest("/api/eval", ONE);
    }

    static byte[] submitAndWait() {
        return HttpConnection.postRequest("/api/eval?wait=30", ONE);
    }

    static byte[] submitBatch(int count) {
        return HttpConnection.postRequest("/api/eval-batch",
                "{\"evaluations\":[" + String.join(",", Collections.nCopies(count, ONE)) + "]}");
    }

    /** The record in an answer to {@link #submitAndWait()}, which must be that of a program that printed its 1. */
    static JsonNode verdict(HttpConnection.Answer answer) throws IOException {
        JsonNode evaluation = read(answer, 200);
        if (!evaluation.path("reason").asText().equals("ok") || !evaluation.path("output").asText().equals("1\n")) {
            throw new IOException("an evaluation went wrong: " + answer.body());
        }
        return evaluation;
    }

    static JsonNode read(HttpConnection.Answer answer, int status) throws IOException {
        if (answer.status() != status) {
            throw new IOException("HTTP " + answer.status() + ": " + answer.body());
        }
        return Json.read(answer.body(), JsonNode.class);
    }
}
