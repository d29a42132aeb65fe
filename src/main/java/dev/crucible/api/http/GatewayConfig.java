package dev.crucible.api.http;

import static java.util.Objects.requireNonNull;

import dev.crucible.platform.http.HttpServerConfig;

/**
 * Settings of the gateway.
 *
 * @param version the platform's version
 * @param mode how the platform is set up: {@code one-process}, {@code embedded}, …
 * @param webRoot the class-path folder of the dashboard, such as {@code /web}
 */
public record GatewayConfig(HttpServerConfig server, String version, String mode, String webRoot) {
    /** Where the dashboard is in the jar. */
    public static final String WEB_ROOT = "/web";

    public GatewayConfig {
        requireNonNull(server, "server is null");
        requireNonNull(version, "version is null");
        requireNonNull(mode, "mode is null");
        requireNonNull(webRoot, "webRoot is null");
    }
}
