package dev.crucible.platform.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.Module;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StringDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Text with half a surrogate pair, which has no form in UTF-8. JSON carries it as escapes; MessagePack has none, so it
 * travels as binary in UTF-16.
 */
public final class UnpairedText {
    static final Module MODULE = new SimpleModule("unpaired-text")
            .addSerializer(String.class, new Writer())
            .addDeserializer(String.class, new Reader());

    private UnpairedText() {}

    /** What was text when it was sent, where nothing says that text is expected. */
    public static Object restored(Object value) {
        return value instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_16BE) : value;
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
                out.writeBinary(text.getBytes(StandardCharsets.UTF_16BE)); // unlike UTF-8, keeps every half
            } else {
                out.writeString(text);
            }
        }
    }

    private static final class Reader extends StringDeserializer {
        private static final long serialVersionUID = 1L;

        @Override
        public String deserialize(JsonParser in, DeserializationContext context) throws IOException {
            return in.hasToken(JsonToken.VALUE_EMBEDDED_OBJECT) && in.getEmbeddedObject() instanceof byte[] bytes
                    ? new String(bytes, StandardCharsets.UTF_16BE)
                    : super.deserialize(in, context);
        }
    }
}
