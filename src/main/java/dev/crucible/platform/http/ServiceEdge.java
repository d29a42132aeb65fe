package dev.crucible.platform.http;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.Part;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.router.Endpoint;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP edge of a module that runs as its own service: its routes, and those that every service has, which need no
 * key: {@code /healthz}, {@code /readyz}, {@code /metrics}, {@code /openapi.json}.
 */
public final class ServiceEdge implements Part {
    private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final String version;
    private final Supplier<Optional<String>> unready;
    private final List<Route> routes;
    private final HttpServer server;
    private final PrometheusMeterRegistry figures = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private byte @Nullable [] document;

    /** Whether a service lives, or why it is not ready. */
    public record State(String status, @Nullable String detail) {}

    /**
     * @param unready why it cannot serve now, or empty when it can; asked with every {@code /readyz}
     * @param collector the module's figures for Prometheus, taken with every {@code /metrics}
     */
    public ServiceEdge(
            HttpServerConfig config,
            String version,
            List<Route> own,
            Supplier<Optional<String>> unready,
            MultiCollector collector) {
        this.version = requireNonNull(version, "version is null");
        this.unready = requireNonNull(unready, "unready is null");
        figures.getPrometheusRegistry().register(requireNonNull(collector, "collector is null"));
        List<Route> all = new ArrayList<>(own);
        all.add(Route.get("/healthz", "health", "Whether the process is alive", ctx -> WireBody.answer(ctx, new State("alive", null)))
                .answers(200, "It is", State.class));
        all.add(Route.get("/readyz", "health", "Whether it takes requests", this::ready)
                .answers(200, "It does", State.class)
                .answers(503, "It does not, and why", State.class));
        all.add(Route.get("/metrics", "health", "Figures for Prometheus", this::metrics)
                .answersBytes(200, "The text format, version 0.0.4", "text/plain"));
        all.add(Route.get("/openapi.json", "health", "This document", this::document)
                .answersBytes(200, "OpenAPI 3.1", "application/json"));
        this.routes = List.copyOf(all);
        this.server = new HttpServer(requireNonNull(config, "config is null"), this::register);
    }

    private void register(RoutesConfig javalin) {
        routes.forEach(route -> javalin.addEndpoint(new Endpoint(route.method(), route.path(), route.handler())));
    }

    private void ready(Context ctx) {
        Optional<String> why = server.stopping() ? Optional.of("It is stopping.") : unready.get();
        WireBody.answer(ctx, why.isEmpty() ? 200 : 503, new State(why.isEmpty() ? "ready" : "not ready", why.orElse(null)));
    }

    private void metrics(Context ctx) {
        ctx.header("Cache-Control", "no-store");
        ctx.contentType(METRICS_TYPE);
        ctx.result(figures.scrape(METRICS_TYPE).getBytes(StandardCharsets.UTF_8));
    }

    private synchronized void document(Context ctx) {
        byte[] known = document;
        if (known == null) {
            known = OpenApi.document(routes, version);
            document = known;
        }
        ctx.contentType("application/json");
        ctx.result(known);
    }

    @Override
    public void start() {
        server.start();
    }

    /** The address it listens on. Only once started. */
    public URI uri() {
        return server.uri();
    }

    /** From now on requests get 503; those under way go on. */
    public void refuseRequests() {
        server.refuseRequests();
    }

    @Override
    public void close() {
        server.close();
    }
}
