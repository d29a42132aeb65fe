package dev.crucible.platform.http;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.crucible.platform.json.Json;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.msgpack.jackson.dataformat.MessagePackMapper;

/** How bodies travel between modules: JSON for everybody, MessagePack for who asks for it. */
public enum WireFormat {
    JSON("application/json") {
        @Override
        ObjectMapper mapper() {
            return Json.MAPPER;
        }
    },
    MESSAGE_PACK("application/msgpack") {
        @Override
        ObjectMapper mapper() {
            return PACKED;
        }
    };

    /** Its parser takes the end of the bytes for an error, so it cannot be asked whether anything follows. */
    private static final ObjectMapper PACKED = Json.like(MessagePackMapper.builder().addModule(UnpairedText.MODULE))
            .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final String mediaType;

    WireFormat(String mediaType) {
        this.mediaType = mediaType;
    }

    public String mediaType() {
        return mediaType;
    }

    /** The format of that media type, whatever follows it; JSON for any other and for none. */
    static WireFormat of(@Nullable String mediaTypes) {
        return mediaTypes != null && mediaTypes.toLowerCase(Locale.ROOT).contains("msgpack") ? MESSAGE_PACK : JSON;
    }

    abstract ObjectMapper mapper();

    /** @throws IllegalStateException if {@code value} has no such form: a bug */
    byte[] write(Object value) {
        try {
            return mapper().writeValueAsBytes(value);
        } catch (IOException e) {
            throw new IllegalStateException("no wire form for " + value.getClass().getName(), e);
        }
    }

    /** @throws IOException if {@code bytes} are not of that type in this format */
    <T> @Nullable T read(byte[] bytes, JavaType type) throws IOException {
        return mapper().readValue(bytes, type);
    }
}
