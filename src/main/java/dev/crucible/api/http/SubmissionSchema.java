package dev.crucible.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.crucible.api.SubmissionReader;
import dev.crucible.platform.json.Json;

/** The schema of a submission, as {@link SubmissionReader} reads it. */
final class SubmissionSchema {
    private static final String QUANTITY = """
            "anyOf": [{"type": "string"}, {"type": "number", "exclusiveMinimum": 0}, {"type": "null"}]""";

    private static final String ONE = """
            {"type": "object", "anyOf": [{"required": ["code"]}, {"required": ["files"]}], "properties": {
              "code": {"type": "string", "minLength": 1, "description": "The program, at most 1 MiB of UTF-8; needed unless files has it"},
              "files": {"type": ["array", "null"], "maxItems": 100, "description": "More files for the work folder, at most 8 MiB together", "items": {"type": "object", "required": ["path", "content"], "properties": {
                "path": {"type": "string", "minLength": 1, "description": "Relative to the work folder, without . and .."},
                "content": {"type": "string"},
                "encoding": {"type": ["string", "null"], "enum": ["utf8", "base64", null], "default": "utf8"}}}},
              "entrypoint": {"type": ["string", "null"], "description": "The file to run, one of files; by default code, or else the file with the language's own name, such as main.py"},
              "language": {"type": ["string", "null"], "default": "python", "description": "A name or alias of /api/languages, in any case"},
              "engine": {"type": ["string", "null"], "default": "auto", "description": "A name of /api/engines, or auto for the platform's default"},
              "timeout": {"type": ["number", "null"], "exclusiveMinimum": 0, "default": 30, "description": "Seconds of wall-clock time"},
              "priority": {"type": ["integer", "boolean", "null"], "default": 5, "description": "0 to 10, 10 most urgent; true is 9, false is 5; Kubernetes class values are mapped"},
              "stdin": {"type": ["string", "null"], "description": "What the program reads; with args and env at most 1 MiB"},
              "args": {"type": ["array", "null"], "items": {"type": "string"}},
              "env": {"type": ["object", "null"], "additionalProperties": {"type": "string"}, "description": "Names of letters, digits and _; not LD_*, EVAL_ID or CRUCIBLE_*"},
              "memory_limit": {%1$s, "default": "256Mi", "description": "512Mi, 1Gi or bytes"},
              "cpu_limit": {%1$s, "default": 1, "description": "CPUs: 0.5 or 500m"},
              "disk_limit": {%1$s, "default": "64Mi", "description": "Writable space"},
              "output_limit": {%1$s, "default": "10Mi", "description": "Kept of each of stdout and stderr"},
              "pids_limit": {"type": ["integer", "null"], "minimum": 1, "default": 64, "description": "Processes and threads at once"},
              "cpu_time_limit": {"type": ["number", "null"], "exclusiveMinimum": 0, "description": "Seconds of CPU time; timeout times CPUs by default"},
              "isolation": {"type": ["string", "null"], "enum": ["warm", "cold", null], "default": "warm", "description": "cold: a wholly new sandbox and interpreter"},
              "tests": {"type": ["array", "null"], "maxItems": 200, "description": "Inputs to run the program with, one after the other, each in a fresh run; stdin and args with env at most 1 MiB, expected_output at most 1 MiB together", "items": {"type": "object", "properties": {
                "name": {"type": ["string", "null"], "minLength": 1, "maxLength": 128, "description": "Unique; its number by default"},
                "stdin": {"type": ["string", "null"]},
                "args": {"type": ["array", "null"], "items": {"type": "string"}},
                "expected_output": {"type": ["string", "null"], "description": "What standard output must be; without it, exit code 0 passes"},
                "match": {"type": ["string", "null"], "enum": ["exact", "trim", "lines", "json", null], "default": "exact", "description": "trim: apart from white space at both ends; lines: apart from white space at each line's end; json: as JSON values"}}}},
              "stop_on_failure": {"type": ["boolean", "null"], "default": false, "description": "The first test that does not pass is the last"},
              "artifacts": {"type": ["array", "null"], "maxItems": 32, "items": {"type": "string"}, "description": "Patterns of files in the work folder to keep, such as *.csv or out/**"},
              "tags": {"type": ["object", "null"], "additionalProperties": {"type": "string", "maxLength": 256}, "maxProperties": 32},
              "metadata": {"description": "Any JSON, at most 16 KiB; stored and never interpreted"},
              "delay_seconds": {"type": ["number", "null"], "minimum": 0, "description": "Run it so much later"},
              "not_before": {"type": ["string", "null"], "format": "date-time", "description": "Run it no earlier"},
              "executor_image": {"type": ["string", "null"], "deprecated": true, "description": "The container image that is listed for the language; no other is accepted"},
              "debug": {"deprecated": true, "description": "Accepted and ignored"},
              "expect_failure": {"deprecated": true, "description": "Accepted and ignored"}},
             "example": {"code": "print('hello')", "language": "python", "timeout": 5, "priority": 7}}"""
            .formatted(QUANTITY);

    private SubmissionSchema() {}

    static JsonNode one() {
        return Json.read(ONE, JsonNode.class);
    }

    static JsonNode batch() {
        ObjectNode batch = Json.MAPPER.createObjectNode();
        batch.put("type", "object").putArray("required").add("evaluations");
        ObjectNode items = batch.putObject("properties").putObject("evaluations");
        items.put("type", "array").put("minItems", 1).put("maxItems", SubmissionReader.MAX_BATCH).set("items", one());
        return batch;
    }
}
