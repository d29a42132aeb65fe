package dev.crucible.queue.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.crucible.platform.json.Json;

/** The schemas of what the queue's edge reads. */
final class QueueSchema {
    private static final String TASK = """
            {"type": "object", "required": ["eval_id"], "anyOf": [{"required": ["code"]}, {"required": ["submission"]}],
             "description": "A plain task has its submission's fields beside eval_id, named as the gateway names them. Our own processes send submission instead: the whole record, checked before, with its times as ISO-8601 durations and its bytes in base64 (in MessagePack as bytes).",
             "properties": {
              "eval_id": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"},
              "submitter": {"type": ["string", "null"], "maxLength": 128, "description": "Submitters of one priority take turns"},
              "submission": {"type": ["object", "null"], "description": "Whole; then no other field of a submission is read"},
              "code": {"type": ["string", "null"], "description": "At most 1 MiB of UTF-8"},
              "language": {"type": ["string", "null"], "maxLength": 32},
              "engine": {"type": ["string", "null"], "maxLength": 32},
              "timeout": {"type": ["number", "null"], "exclusiveMinimum": 0, "description": "Seconds"},
              "priority": {"type": ["integer", "boolean", "null"], "default": 5, "description": "0 to 10, 10 most urgent; true is 9, false is 5"},
              "stdin": {"type": ["string", "null"]},
              "args": {"type": ["array", "null"], "items": {"type": "string"}},
              "env": {"type": ["object", "null"], "additionalProperties": {"type": "string"}},
              "memory_limit": {"type": ["string", "number", "null"]},
              "cpu_limit": {"type": ["string", "number", "null"]},
              "disk_limit": {"type": ["string", "number", "null"]},
              "output_limit": {"type": ["string", "number", "null"]},
              "pids_limit": {"type": ["integer", "null"], "minimum": 1},
              "cpu_time_limit": {"type": ["number", "null"], "exclusiveMinimum": 0},
              "isolation": {"type": ["string", "null"], "enum": ["warm", "cold", null]},
              "tags": {"type": ["object", "null"], "additionalProperties": {"type": "string"}, "maxProperties": 32},
              "delay_seconds": {"type": ["number", "null"], "minimum": 0},
              "not_before": {"type": ["string", "null"], "format": "date-time"}},
             "example": {"eval_id": "eval_20261121_224936_9f3c01ab", "code": "print('hello')", "engine": "docker", "priority": 1}}""";

    private static final String TOKEN = """
            "lease_token": {"type": ["string", "null"], "description": "The token that came with the task. Without one, the latest lease that was given to the same address is meant"}""";

    private static final String WORD = "{\"type\": \"object\", \"properties\": {" + TOKEN + "}}";

    private static final String REPORT = """
            {"type": "object", "anyOf": [{"required": ["output"]}, {"required": ["outcome"]}], "properties": {
              "output": {"description": "What the program wrote: a text, or an object with output, error, exit_code (negative for a signal), status, runtime_ms; any other JSON is kept as its text"},
              "outcome": {"type": ["object", "null"], "description": "The whole record of the outcome, as our own workers send it"},
              """ + TOKEN + "}}";

    private static final String FAILURE = """
            {"type": "object", "properties": {
              "error": {"type": ["string", "null"], "description": "What went wrong; beyond 16 Ki characters it is cut"},
              "retryable": {"type": ["boolean", "null"], "default": true, "description": "false: the evaluation fails now"},
              """ + TOKEN + "}}";

    private static final String RELEASE = """
            {"type": "object", "properties": {"why": {"type": ["string", "null"]}, """ + TOKEN + "}}";

    private static final String IDS = """
            {"type": "object", "required": ["eval_ids"], "properties": {"eval_ids": {"type": "array", "maxItems": 1000, "items": {"type": "string"}}}}""";

    private QueueSchema() {}

    static JsonNode task() {
        return Json.read(TASK, JsonNode.class);
    }

    static JsonNode batch() {
        ObjectNode batch = Json.MAPPER.createObjectNode();
        batch.put("type", "array").put("minItems", 1).put("maxItems", TaskForm.MAX_BATCH).set("items", task());
        return batch;
    }

    static JsonNode word() {
        return Json.read(WORD, JsonNode.class);
    }

    static JsonNode report() {
        return Json.read(REPORT, JsonNode.class);
    }

    static JsonNode failure() {
        return Json.read(FAILURE, JsonNode.class);
    }

    static JsonNode release() {
        return Json.read(RELEASE, JsonNode.class);
    }

    static JsonNode ids() {
        return Json.read(IDS, JsonNode.class);
    }
}
