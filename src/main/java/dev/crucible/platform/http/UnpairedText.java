package dev.crucible.platform.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.Module;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Text with half a surrogate pair, which has no form in UTF-8. JSON carries it as escapes; MessagePack has none, so it
 * travels as binary, two bytes a character.
 */
public final class UnpairedText {
    static final Module MODULE = new SimpleModule("unpaired-text")
            .addSerializer(String.class, new Writer())
            .addDeserializer(String.class, new Reader());

    private UnpairedText() {}

    /** What was text when it was sent, where nothing says that text is expected. */
    public static Object restored(Object value) {
        return value instanceof byte[] bytes ? text(bytes) : value;
    }

    /** Character by character: every charset would replace a half. */
    private static byte[] bytes(String text) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * text.length());
        bytes.asCharBuffer().put(text);
        return bytes.array();
    }

    private static String text(byte[] bytes) {
        return ByteBuffer.wrap(bytes).asCharBuffer().toString();
    }

    private static boolean unpaired(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return true;
            }
        }
        return false;
    }

    private static final class Writer extends StdSerializer<String> {
        private static final long serialVersionUID = 1L;

        Writer() {
            super(String.class);
        }

        @Override
        public void serialize(String text, JsonGenerator out, SerializerProvider provider) throws IOException {
            if (unpaired(text)) {
                out.writeBinary(bytes(text));
            } else {
                out.writeString(text);
            }
        }
    }

    /** Takes text alone: no number is turned into it. */
    private static final class Reader extends StdScalarDeserializer<String> {
        private static final long serialVersionUID = 1L;

        Reader() {
            super(String.class);
        }

        @Override
        public String deserialize(JsonParser in, DeserializationContext context) throws IOException {
            if (in.hasToken(JsonToken.VALUE_STRING)) {
                return in.getText();
            } else if (in.hasToken(JsonToken.VALUE_EMBEDDED_OBJECT) && in.getEmbeddedObject() instanceof byte[] bytes) {
                return text(bytes);
            }
            return (String) context.handleUnexpectedToken(String.class, in);
        }
    }
}
