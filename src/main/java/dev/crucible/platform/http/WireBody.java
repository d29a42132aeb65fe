package dev.crucible.platform.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import dev.crucible.kernel.FieldError;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.json.Json;
import dev.crucible.platform.submission.Fields;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The bodies of requests between modules, in either format, and the answers to them. */
public final class WireBody {
    private WireBody() {}

    /**
     * Reads the body as a tree, bounded and counted against {@code budget} while {@code use} runs.
     *
     * @throws PlatformException as {@link JsonBody#read} does
     */
    public static void read(Context ctx, long maxBytes, BodyBudget budget, Use use) throws Exception {
        if (WireFormat.of(ctx.contentType()) == WireFormat.JSON) {
            try (JsonBody body = JsonBody.read(ctx, maxBytes, budget)) {
                use.with(sane(body.json()));
            }
        } else {
            try (BodyBudget.Share share = budget.open()) {
                use.with(sane(unpack(JsonBody.bytes(ctx, maxBytes, share))));
            }
        }
    }

    /** What is done with a body. */
    @FunctionalInterface
    public interface Use {
        void with(JsonNode body) throws Exception;
    }

    /**
     * Reads one of our own records out of a tree.
     *
     * @param loc where the tree was found
     * @throws PlatformException {@code VALIDATION} naming the field that is not as it should be
     */
    public static <T> T as(JsonNode tree, Class<T> type, List<String> loc) {
        try {
            T value = Json.MAPPER.treeToValue(tree, type);
            if (value == null) {
                throw invalid(loc, "must not be null");
            }
            return value;
        } catch (JsonMappingException e) {
            List<String> where = new ArrayList<>(loc);
            e.getPath().forEach(step -> where.add(step.getFieldName() == null ? Integer.toString(step.getIndex()) : step.getFieldName()));
            throw invalid(where, refusal(e));
        } catch (JsonProcessingException e) {
            throw invalid(loc, "cannot be read");
        }
    }

    /** Likewise, for a body that is the record itself. */
    public static <T> T as(JsonNode body, Class<T> type) {
        return as(body, type, List.of("body"));
    }

    /** What our own record says of its parts; Jackson's words would tell of classes and echo values. */
    private static String refusal(JsonMappingException e) {
        String ours = e instanceof ValueInstantiationException && e.getCause() != null ? e.getCause().getMessage() : null;
        return ours == null ? "is missing or not of the type that is expected" : ours;
    }

    /** Answers in the format that the request asks for with {@code Accept}; null is an answer too. */
    public static void answer(Context ctx, int status, @Nullable Object body) {
        WireFormat format = WireFormat.of(ctx.header("Accept"));
        ctx.status(status);
        ctx.header("Cache-Control", "no-store");
        ctx.contentType(format.mediaType());
        ctx.result(format.write(body == null ? Json.MAPPER.nullNode() : body));
    }

    public static void answer(Context ctx, @Nullable Object body) {
        answer(ctx, 200, body);
    }

    private static JsonNode unpack(byte[] bytes) {
        PackedShape.check(bytes);
        try {
            return WireFormat.MESSAGE_PACK.mapper().readTree(bytes);
        } catch (IOException | RuntimeException e) {
            throw invalid(List.of("body"), "is not MessagePack");
        }
    }

    /** Refuses what has no form in UTF-8 or no decimal form: such values pass a parser and break what comes after. */
    private static JsonNode sane(JsonNode body) {
        LinkedList<String> fault = fault(body);
        if (fault != null) {
            fault.addFirst("body");
            throw invalid(fault, "is half of a surrogate pair, which has no form in UTF-8, or a number that is not finite");
        }
        return body;
    }

    /** The way to the first value that is refused, or null. */
    private static @Nullable LinkedList<String> fault(JsonNode node) {
        if (node.isTextual() ? Fields.hasLoneSurrogate(node.textValue())
                : node.isFloatingPointNumber() && !node.isBigDecimal() && !Double.isFinite(node.doubleValue())) {
            return new LinkedList<>();
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            LinkedList<String> inside = Fields.hasLoneSurrogate(field.getKey()) ? new LinkedList<>() : fault(field.getValue());
            if (inside != null) {
                inside.addFirst(field.getKey());
                return inside;
            }
        }
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            LinkedList<String> inside = fault(node.get(i));
            if (inside != null) {
                inside.addFirst(Integer.toString(i));
                return inside;
            }
        }
        return null;
    }

    static PlatformException invalid(List<String> loc, String what) {
        return PlatformException.invalid(List.of(new FieldError(loc, what, "value_error")));
    }
}
