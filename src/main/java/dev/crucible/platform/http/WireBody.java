package dev.crucible.platform.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.kernel.FieldError;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.json.Json;
import dev.crucible.platform.submission.Fields;
import io.javalin.http.Context;
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
     * @throws PlatformException as {@link JsonBody#read} does, and for text that has no form in UTF-8
     */
    public static void read(Context ctx, long maxBytes, BodyBudget budget, Use use) throws Exception {
        readUnpaired(ctx, maxBytes, budget, body -> use.with(sane(body)));
    }

    /** Likewise, for records of ours, whose text may hold halves of surrogate pairs: programs write such. */
    public static void readUnpaired(Context ctx, long maxBytes, BodyBudget budget, Use use) throws Exception {
        if (WireFormat.of(ctx.contentType()) == WireFormat.JSON) {
            try (JsonBody body = JsonBody.read(ctx, maxBytes, budget)) {
                use.with(body.json());
            }
        } else {
            try (BodyBudget.Share share = budget.open()) {
                use.with(PackedBody.read(JsonBody.bytes(ctx, maxBytes, share)));
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
     * @throws PlatformException {@code VALIDATION} naming the field that is not as it should be
     */
    public static <T> T as(JsonNode tree, Class<T> type) {
        return as(tree, type, List.of("body"));
    }

    /** Likewise, out of a part of the body that is at {@code loc}. */
    public static <T> T as(JsonNode tree, Class<T> type, List<String> loc) {
        try {
            T value = WireFormat.MESSAGE_PACK.mapper().treeToValue(tree, type); // reads what either format makes a tree of
            if (value == null) {
                throw invalid(loc, "must not be null", "missing");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw WireErrors.invalid(e, loc);
        }
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

    /** Refuses what has no form in UTF-8 or no decimal form: such values pass a parser and break what comes after. */
    private static JsonNode sane(JsonNode body) {
        LinkedList<String> fault = fault(body);
        if (fault != null) {
            fault.addFirst("body");
            throw invalid(fault, "is half of a surrogate pair, which has no form in UTF-8, or a number that is not finite", "value_error");
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

    private static PlatformException invalid(List<String> loc, String what, String type) {
        return PlatformException.invalid(List.of(new FieldError(loc, what, type)));
    }
}
