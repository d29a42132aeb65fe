package dev.crucible.platform.http;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.FieldError;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.json.Json;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request as JSON, read strictly: bounded, UTF-8, one value, no field twice. Numbers keep every digit. It
 * counts against the budget until it is closed.
 */
public final class JsonBody implements AutoCloseable {
    private static final Pattern JSON_TYPE =
            Pattern.compile("application/(json|[a-z0-9.+-]+\\+json)(\\s*;.*)?", Pattern.DOTALL);
    private static final Pattern OTHER_CHARSET = Pattern.compile("charset\\s*+=\\s*+\"?+(?!utf-?8\\b)", Pattern.CASE_INSENSITIVE);
    private static final int CHUNK = 16 * 1024;
    private static final ObjectReader READER = Json.EXACT.with(StreamReadFeature.STRICT_DUPLICATE_DETECTION);

    private final JsonNode json;
    private final String sha256;
    private final BodyBudget.Share share;

    private JsonBody(JsonNode json, String sha256, BodyBudget.Share share) {
        this.json = json;
        this.sha256 = sha256;
        this.share = share;
    }

    /**
     * Reads the body.
     *
     * @param maxBytes a longer body is refused before it is read whole
     * @throws PlatformException {@code UNSUPPORTED_MEDIA_TYPE}, {@code BODY_TOO_LARGE}, {@code RATE_LIMITED}, or
     *     {@code VALIDATION} saying where it is not JSON
     */
    public static JsonBody read(Context ctx, long maxBytes, BodyBudget budget) {
        requireJsonType(ctx.contentType());
        BodyBudget.Share share = budget.open();
        try {
            byte[] bytes = bytes(ctx, maxBytes, share);
            return new JsonBody(parse(utf8(bytes)), sha256(bytes), share);
        } catch (RuntimeException e) {
            share.close();
            throw e;
        }
    }

    public JsonNode json() {
        return json;
    }

    /** The hash of the bytes that came, in hex. */
    public String sha256() {
        return sha256;
    }

    @Override
    public void close() {
        share.close();
    }

    private static void requireJsonType(@Nullable String contentType) {
        if (contentType == null || contentType.isBlank()) {
            return;
        }
        String type = contentType.strip().toLowerCase(Locale.ROOT);
        if (!JSON_TYPE.matcher(type).matches() || OTHER_CHARSET.matcher(type).find()) {
            throw new PlatformException(ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                    "The body must be JSON in UTF-8. Send the header Content-Type: application/json.");
        }
    }

    static byte[] bytes(Context ctx, long maxBytes, BodyBudget.Share share) {
        long declared = ctx.req().getContentLengthLong();
        if (declared > maxBytes) {
            throw tooLarge(maxBytes);
        }
        share.require(Math.max(0, declared));
        try (InputStream in = ctx.req().getInputStream()) {
            ByteArrayOutputStream out = new ByteArrayOutputStream((int) Math.max(CHUNK, declared));
            byte[] chunk = new byte[CHUNK];
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                if (out.size() + n > maxBytes) {
                    throw tooLarge(maxBytes);
                }
                share.require((long) out.size() + n);
                out.write(chunk, 0, n);
            }
            return out.toByteArray();
        } catch (IOException e) {
            throw new PlatformException(ErrorCode.BAD_REQUEST, "The body ended before it was complete.", e);
        }
    }

    private static PlatformException tooLarge(long maxBytes) {
        return new PlatformException(
                ErrorCode.BODY_TOO_LARGE, "The body is larger than the " + maxBytes + " bytes that are taken here.");
    }

    private static String utf8(byte[] bytes) {
        requireUtf8(bytes);
        String text = new String(bytes, StandardCharsets.UTF_8);
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    /** Looks at a little at a time, since as characters the whole would take twice its size. */
    private static void requireUtf8(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(CHUNK);
        CoderResult result;
        do {
            result = decoder.decode(in, out.clear(), true);
        } while (result.isOverflow());
        if (result.isError()) {
            throw invalid("The body is not valid UTF-8: byte " + in.position() + " cannot be read.", "invalid_utf8");
        }
    }

    private static JsonNode parse(String text) {
        try {
            JsonNode json = READER.readTree(text);
            if (json == null || json.isMissingNode()) {
                throw invalid("The body is empty; a JSON object is needed.", "missing");
            }
            return json;
        } catch (StreamConstraintsException e) {
            throw invalid("The JSON is nested too deeply or holds a number or name that is too long" + where(e) + ".",
                    "json_limit");
        } catch (NumberFormatException e) {
            // An exponent of more than ten digits; the parser checks the form and leaves the value to BigDecimal.
            throw invalid("The JSON holds a number that is out of every range.", "json_limit");
        } catch (JsonProcessingException e) {
            throw invalid("The body is not valid JSON" + where(e) + ": " + what(e), "json_invalid");
        }
    }

    private static String where(JsonProcessingException e) {
        JsonLocation at = e.getLocation();
        return at == null || at.getLineNr() < 1 ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
    }

    /** Jackson's first line, without the tail that echoes input or tells of the parser's insides. */
    private static String what(JsonProcessingException e) {
        String message = e.getOriginalMessage() == null ? "it cannot be read" : e.getOriginalMessage();
        String line = message.lines().findFirst().orElse("it cannot be read").replaceAll("\\(.*", "").strip();
        return line.length() > 160 ? line.substring(0, 160) + "…" : line;
    }

    private static PlatformException invalid(String message, String type) {
        return PlatformException.invalid(List.of(new FieldError(List.of("body"), message, type)));
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
