package dev.crucible.executor;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.crucible.platform.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a program reports of itself in a file: a JSON object, which is checked for that and trusted with nothing.
 *
 * @param json the object as the program wrote it, or null when there is none
 * @param refusal a sentence about one that was not kept; empty when nothing was refused
 */
record StructuredResult(@Nullable String json, String refusal) {
    static StructuredResult of(byte @Nullable [] bytes) {
        if (bytes == null) {
            return new StructuredResult(null, "");
        }
        if (bytes.length > SupervisorProtocol.MAX_RESULT) {
            return refused("it is larger than " + (SupervisorProtocol.MAX_RESULT >> 10) + " KiB");
        }
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString().strip();
            String wrong = wrong(text);
            return wrong.isEmpty() ? new StructuredResult(text, "") : refused(wrong);
        } catch (CharacterCodingException e) {
            return refused("it is not UTF-8");
        }
    }

    private static StructuredResult refused(String why) {
        return new StructuredResult(null, "Its result was not kept: " + why + ".");
    }

    /** Why the text is not one JSON object; empty when it is. */
    private static String wrong(String text) {
        try (JsonParser parser = Json.MAPPER.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return "it is not a JSON object";
            }
            String wrong = wrongInside(parser);
            return wrong.isEmpty() && parser.nextToken() != null ? "something follows the JSON object" + at(parser) : wrong;
        } catch (StreamConstraintsException e) {
            return "its JSON is nested too deeply, or holds a number or a name that is too long";
        } catch (NumberFormatException e) {
            return "it holds a number that is out of every range";
        } catch (JsonProcessingException e) {
            return "it is not valid JSON at line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads the object that the parser has entered to its end. */
    private static String wrongInside(JsonParser parser) throws IOException {
        Deque<Set<String>> names = new ArrayDeque<>();
        JsonToken token = parser.currentToken();
        while (true) {
            if (token.isStructStart()) {
                names.push(new HashSet<>());
            } else if (token.isStructEnd()) {
                names.pop();
            } else if (token == JsonToken.FIELD_NAME && !names.getFirst().add(parser.currentName())) {
                return "a name comes twice in one object" + at(parser);
            } else if (token == JsonToken.VALUE_NUMBER_FLOAT) {
                parser.getDecimalValue(); // throws where no exponent could be that large
            }
            if (names.isEmpty()) {
                return "";
            }
            token = parser.nextToken();
        }
    }

    private static String at(JsonParser parser) {
        return " at line " + parser.currentTokenLocation().getLineNr() + ", column " + parser.currentTokenLocation().getColumnNr();
    }
}
