package dev.crucible.api.http;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.http.Replies;
import dev.crucible.platform.http.Route;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The dashboard out of the jar, the front page for programs, and the document that describes the API. */
final class WebRoutes {
    /** One or more plain names: no dots alone, no empty name, so no way out of the folder. */
    private static final Pattern PLAIN = Pattern.compile("([A-Za-z0-9_][A-Za-z0-9._-]*/){0,8}[A-Za-z0-9_][A-Za-z0-9._-]*");

    private static final String DASHBOARD_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' "
            + "data:; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";
    private static final String FOREVER = "public, max-age=31536000, immutable";

    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("html", "text/html; charset=utf-8"),
            Map.entry("js", "text/javascript; charset=utf-8"),
            Map.entry("mjs", "text/javascript; charset=utf-8"),
            Map.entry("css", "text/css; charset=utf-8"),
            Map.entry("json", "application/json"),
            Map.entry("map", "application/json"),
            Map.entry("svg", "image/svg+xml"),
            Map.entry("png", "image/png"),
            Map.entry("ico", "image/x-icon"),
            Map.entry("webp", "image/webp"),
            Map.entry("woff2", "font/woff2"),
            Map.entry("txt", "text/plain; charset=utf-8"),
            Map.entry("md", "text/plain; charset=utf-8"));

    private final GatewayConfig config;
    private final Supplier<byte[]> openApi;
    private final Map<String, Asset> assets = new ConcurrentHashMap<>();

    WebRoutes(GatewayConfig config, Supplier<byte[]> openApi) {
        this.config = config;
        this.openApi = openApi;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/", "web", "The dashboard for browsers, an overview for programs", this::root)
                        .answers(200, "Where everything is", PlatformAnswers.Root.class)
                        .answersBytes(200, "With Accept: text/html, the dashboard", "text/html"),
                Route.get("/assets/<path>", "web", "A file of the dashboard", this::asset)
                        .pathParameter("path", "The file")
                        .answersBytes(200, "The file", "application/octet-stream")
                        .answersBytes(304, "It has not changed", "application/octet-stream"),
                Route.get("/openapi.json", "web", "This document", this::document)
                        .answersBytes(200, "OpenAPI 3.1", "application/json"));
    }

    private void root(Context ctx) {
        ctx.header("Vary", "Accept");
        String accept = ctx.header("Accept");
        Optional<Asset> page = accept != null && accept.contains("text/html") ? load("index.html") : Optional.empty();
        if (page.isPresent()) {
            send(ctx, page.get(), "no-cache");
            return;
        }
        Replies.json(ctx, new PlatformAnswers.Root(HealthRoutes.SERVICE, config.version(), config.mode(), Map.of(
                "submit", "/api/eval", "submit_batch", "/api/eval-batch", "evaluations", "/api/evaluations",
                "languages", "/api/languages", "engines", "/api/engines", "queue", "/api/queue-status",
                "statistics", "/api/statistics", "health", "/health", "live", "/ws", "openapi", "/openapi.json")));
    }

    private void asset(Context ctx) {
        String path = ctx.pathParam("path");
        Asset asset = load("assets/" + path).orElseThrow(
                () -> new PlatformException(ErrorCode.NOT_FOUND, "There is no such file."));
        send(ctx, asset, path.startsWith("vendor/") ? FOREVER : "no-cache");
    }

    private void document(Context ctx) {
        ctx.header("Cache-Control", "no-cache");
        ctx.contentType("application/json");
        ctx.result(openApi.get());
    }

    private static void send(Context ctx, Asset asset, String caching) {
        ctx.header("Content-Security-Policy", DASHBOARD_POLICY);
        ctx.header("Cache-Control", caching);
        ctx.header("ETag", asset.etag());
        if (asset.etag().equals(ctx.header("If-None-Match"))) {
            ctx.status(304);
            return;
        }
        ctx.contentType(asset.type());
        ctx.result(asset.content());
    }

    private Optional<Asset> load(String path) {
        if (!PLAIN.matcher(path).matches()) {
            return Optional.empty();
        }
        Asset known = assets.get(path);
        if (known != null) {
            return Optional.of(known);
        }
        Asset read = read(path);
        if (read != null) {
            assets.put(path, read);
        }
        return Optional.ofNullable(read);
    }

    private @Nullable Asset read(String path) {
        String type = TYPES.get(path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
        if (type == null) {
            return null;
        }
        try (InputStream in = WebRoutes.class.getResourceAsStream(config.webRoot() + "/" + path)) {
            if (in == null) {
                return null;
            }
            byte[] content = in.readAllBytes();
            return new Asset(content, type, etag(content));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String etag(byte[] content) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
            return "\"" + HexFormat.of().formatHex(hash, 0, 16) + "\"";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** A file of the dashboard; only files that exist are kept, so their number is bounded. */
    private record Asset(byte[] content, String type, String etag) {}
}
