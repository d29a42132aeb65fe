package dev.crucible.executor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.platform.json.Json;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What a program reports of itself in a file: a JSON object, which is checked for that and trusted with nothing. */
final class StructuredResult {
    private StructuredResult() {}

    /** The object as JSON text, or null when there is none, it is too large, or it is not a JSON object in UTF-8. */
    static @Nullable String read(byte @Nullable [] bytes) {
        if (bytes == null || bytes.length > SupervisorProtocol.MAX_RESULT) {
            return null;
        }
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            JsonNode value = Json.MAPPER.readTree(text);
            return value != null && value.isObject() ? value.toString() : null;
        } catch (CharacterCodingException | JsonProcessingException e) {
            return null;
        }
    }
}
