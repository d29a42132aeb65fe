package dev.crucible.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.platform.json.Json;
import java.io.IOException;
import java.util.Collections;

/** The requests that are measured, and what their answers must say. */
final class Evaluations {
    private Evaluations() {}

    static byte[] submit() {
        return HttpConnection.postRequest("/api/eval", one(Guest.WARM));
    }

    static byte[] submitAndWait(Guest guest) {
        return submitAndWait(one(guest));
    }

    static byte[] submitAndWait(String evaluation) {
        return HttpConnection.postRequest("/api/eval?wait=30", evaluation);
    }

    static byte[] submitBatch(int count) {
        return submitBatch(count, Guest.WARM);
    }

    static byte[] submitBatch(int count, Guest guest) {
        return submitBatch(count, one(guest));
    }

    static byte[] submitBatch(int count, String evaluation) {
        return HttpConnection.postRequest("/api/eval-batch",
                "{\"evaluations\":[" + String.join(",", Collections.nCopies(count, evaluation)) + "]}");
    }

    private static String one(Guest guest) {
        return "{\"code\":\"" + Programs.CODE + "\",\"engine\":\"" + guest.engine() + "\",\"isolation\":\""
                + guest.isolation().wire() + "\",\"timeout\":20}";
    }

    /** The record in an answer to {@link #submitAndWait(Guest)}, which must be that of a program that printed its 1. */
    static JsonNode verdict(HttpConnection.Answer answer) throws IOException {
        JsonNode evaluation = read(answer, 200);
        if (!evaluation.path("reason").asText().equals("ok") || !evaluation.path("output").asText().equals("1\n")) {
            throw new IOException("an evaluation went wrong: " + answer.body());
        }
        return evaluation;
    }

    /** How many evaluations of this status a server has in all. */
    static long count(HttpConnection connection, String status) throws IOException {
        return read(connection.get("/api/statistics"), 200).path("by_status").path(status).asLong();
    }

    static JsonNode read(HttpConnection.Answer answer, int status) throws IOException {
        if (answer.status() != status) {
            throw new IOException("HTTP " + answer.status() + ": " + answer.body());
        }
        return Json.read(answer.body(), JsonNode.class);
    }
}
