package dev.crucible.platform.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.kernel.FieldError;
import dev.crucible.kernel.PlatformException;
import java.io.IOException;
import java.util.List;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePackException;
import org.msgpack.core.MessageUnpacker;
import org.msgpack.value.ValueType;

/**
 * Reads a body of MessagePack that nobody vouches for. Its form is looked through first, at no cost in memory: the parser
 * itself knows no bounds, and a few bytes can claim a great deal.
 */
final class PackedBody {
    /** As deep as a JSON body may be. */
    private static final int MAX_DEPTH = 64;

    /** A tree takes many times the single byte that a value may be. */
    private static final int MAX_VALUES = 4_000_000;

    private PackedBody() {}

    /** @throws PlatformException {@code VALIDATION} unless it is one value, whole, and within bounds */
    static JsonNode read(byte[] bytes) {
        try (MessageUnpacker in = MessagePack.newDefaultUnpacker(bytes)) {
            walk(in);
            if (in.hasNext()) {
                throw invalid("holds more than one value");
            }
            return WireFormat.MESSAGE_PACK.mapper().readTree(bytes);
        } catch (IOException | MessagePackException e) {
            throw invalid("is not MessagePack");
        }
    }

    private static void walk(MessageUnpacker in) throws IOException {
        long[] left = new long[MAX_DEPTH + 1];
        int depth = 0;
        int values = 0;
        left[0] = 1;
        while (depth >= 0) {
            if (left[depth] == 0) {
                depth--;
                continue;
            }
            left[depth]--;
            if (++values > MAX_VALUES) {
                throw invalid("holds more than " + MAX_VALUES + " values");
            }
            ValueType type = in.getNextFormat().getValueType();
            if (type != ValueType.ARRAY && type != ValueType.MAP) {
                in.skipValue();
            } else if (depth == MAX_DEPTH) {
                throw invalid("is nested too deeply");
            } else {
                left[++depth] = type == ValueType.ARRAY ? in.unpackArrayHeader() : 2L * in.unpackMapHeader();
            }
        }
    }

    private static PlatformException invalid(String what) {
        return PlatformException.invalid(List.of(new FieldError(List.of("body"), what, "msgpack_invalid")));
    }
}
