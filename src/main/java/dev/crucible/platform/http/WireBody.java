package dev.crucible.platform.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.kernel.FieldError;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.json.Json;
import io.javalin.http.Context;
import java.util.List;
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

    private static PlatformException invalid(List<String> loc, String what, String type) {
        return PlatformException.invalid(List.of(new FieldError(loc, what, type)));
    }
}
