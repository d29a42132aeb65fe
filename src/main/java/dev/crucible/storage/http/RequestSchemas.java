package dev.crucible.storage.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.platform.json.Json;

/** What the documentation says of the bodies that clients send; they are read by hand, so it is written by hand. */
final class RequestSchemas {
    private static final String ONE = """
            {"type":"object","required":["eval_id"],"description":"code, or files with an entrypoint, and any field of a \
            submission besides","properties":{
              "eval_id":{"type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"},
              "code":{"type":"string"},
              "files":{"type":"array","items":{"type":"object","required":["path","content"],"properties":{
                "path":{"type":"string"},"content":{"type":"string"},"encoding":{"enum":["utf8","base64"]}}}},
              "entrypoint":{"type":"string"},
              "language":{"type":"string","default":"python"},
              "engine":{"type":"string","default":"auto"},
              "priority":{"type":"integer","minimum":0,"maximum":10,"default":5},
              "timeout":{"type":"number","exclusiveMinimum":0,"maximum":86400,"default":30},
              "stdin":{"type":"string"},
              "args":{"type":"array","items":{"type":"string"}},
              "env":{"type":"object","additionalProperties":{"type":"string"}},
              "tags":{"type":"object","additionalProperties":{"type":"string"}},
              "metadata":{},
              "submitter":{"type":"string","maxLength":256},
              "created_at":{"type":"string","format":"date-time"},
              "trace_id":{"type":"string","maxLength":256}}}""";

    static final JsonNode EVALUATION = Json.read(ONE, JsonNode.class);

    static final JsonNode EVALUATIONS = Json.read("""
            {"type":"object","required":["evaluations"],"properties":{
              "evaluations":{"type":"array","minItems":1,"maxItems":1000,"items":%s}}}""".formatted(ONE), JsonNode.class);

    static final JsonNode CHANGE = Json.read("""
            {"type":"object","required":["status"],"additionalProperties":false,"properties":{
              "status":{"enum":["queued","provisioning","running","completed","failed","timeout","cancelled"]},
              "reason":{"type":"string"},"detail":{"type":"string"},"actor":{"type":"string","maxLength":256},
              "attempt":{"type":"integer","minimum":0},"worker_id":{"type":"string","maxLength":256},
              "at":{"type":"string","format":"date-time"},"output":{"type":"string"},"error":{"type":"string"},
              "exit_code":{"type":"integer"},"signal":{"type":"integer"},"runtime_ms":{"type":"integer","minimum":0},
              "cpu_ms":{"type":"integer","minimum":0},"peak_memory_bytes":{"type":"integer","minimum":0},
              "engine":{"type":"string"},"engine_version":{"type":"string"},"language_version":{"type":"string"}}}""",
            JsonNode.class);

    static final JsonNode LOGS = Json.read("""
            {"type":"object","properties":{"output":{"type":"string"},"error":{"type":"string"}}}""", JsonNode.class);

    private RequestSchemas() {}
}
