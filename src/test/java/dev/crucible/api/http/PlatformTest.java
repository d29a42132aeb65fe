package dev.crucible.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.api.http.Api.Answer;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.LimitProof;
import dev.crucible.executor.PoolFigures;
import dev.crucible.testing.FakeExecutor;
import dev.crucible.testing.FakePlatform;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PlatformTest {
    private FakePlatform platform;
    private Api api;

    @BeforeEach
    void start() {
        platform = new FakePlatform();
        api = new Api(platform.gateway.uri());
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void the_queue_is_told_in_figures_under_both_paths() {
        api.post("/api/eval", "{\"code\": \"1\", \"priority\": 8}");

        JsonNode status = api.get("/api/queue-status").json();

        assertThat(status).isEqualTo(api.get("/api/queue/status").json());
        assertThat(status.path("queued").asInt()).isEqualTo(1);
        assertThat(status.path("total_tasks").asInt()).isEqualTo(1);
        assertThat(status.path("by_priority").path("8").asInt()).isEqualTo(1);
        assertThat(status.path("by_priority")).hasSize(11);
        assertThat(status.path("oldest_age_seconds").asDouble()).isEqualTo(1.5);
        JsonNode level = status.path("levels").path("8");
        assertThat(level.path("queued").asInt()).isEqualTo(1);
        assertThat(level.path("oldest_age_seconds").asDouble()).isEqualTo(1.5);
        assertThat(level.path("wait_p50_seconds").asDouble()).isEqualTo(0.25);
        assertThat(level.path("wait_p95_seconds").isNull()).isTrue();
        assertThat(level.path("handed_out").asInt()).isEqualTo(7);
        assertThat(level.path("lifted").asInt()).isEqualTo(2);
        assertThat(level.path("per_second").asDouble()).isEqualTo(0.5);
        assertThat(level.path("starvation").asDouble()).isEqualTo(0.25);
        assertThat(status.path("levels")).hasSize(11);
        assertThat(status.path("priority_effectiveness").asDouble()).isEqualTo(0.75);
    }

    @Test
    void the_queue_is_paused_and_resumed_and_reading_changes_nothing() {
        assertThat(api.get("/api/admin/queue/pause").json().path("paused").asBoolean(true)).isFalse();
        assertThat(platform.queue.status().paused()).isFalse();
        assertThat(api.order("/api/admin/queue/pause").json().path("paused").asBoolean()).isTrue();
        assertThat(platform.queue.status().paused()).isTrue();
        assertThat(api.order("/api/admin/queue/resume").json().path("paused").asBoolean(true)).isFalse();
        assertThat(platform.queue.status().paused()).isFalse();
    }

    @Test
    void a_drained_queue_accepts_nothing_until_it_is_resumed() {
        assertThat(api.order("/api/admin/queue/drain").json().path("draining").asBoolean()).isTrue();

        Answer refused = api.post("/api/eval", "{\"code\": \"1\"}");

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.json().path("code").asText()).isEqualTo("queue_draining");
        assertThat(refused.header("Retry-After")).isEqualTo("30");
        assertThat(api.get("/api/statistics").json().path("total_evaluations").asInt()).as("nothing is stored").isZero();
        assertThat(api.get("/api/admin/queue/drain").json().path("draining").asBoolean()).isTrue();
        assertThat(api.get("/api/queue/status").json().path("draining").asBoolean()).isTrue();
        assertThat(api.order("/api/admin/queue/resume").json().path("draining").asBoolean(true)).isFalse();
        assertThat(api.post("/api/eval", "{\"code\": \"1\"}").status()).isEqualTo(200);
    }

    @Test
    void languages_and_engines_say_what_runs_what_does_not_and_what_to_do() {
        JsonNode languages = api.get("/api/languages").json().path("languages");
        JsonNode engines = api.get("/api/engines").json();

        assertThat(languages.findValuesAsText("name")).containsExactly("python", "bash", "javascript");
        assertThat(languages.path(2).path("engines").path("sandbox").path("remedy").asText()).isEqualTo("apt install nodejs");
        assertThat(languages.path(0).path("engines").path("sandbox").path("version").asText()).isEqualTo("3.11.2");
        assertThat(engines.path("default").asText()).isEqualTo("docker");
        assertThat(engines.path("default_reason").asText()).contains("strongest");
        assertThat(engines.path("engines").path(0).path("remedy").asText()).isEqualTo("apt install runsc");
    }

    /** An engine with a failed and a held proof, and boxes. */
    private static EngineStatus pooled() {
        PoolFigures pool = new PoolFigures(2, 4, 1, 3, 8, 40, 3, 6, Map.of("spent", 2L, "idle", 1L), 45.5);
        return new EngineStatus(
                "sandbox", true, "1.0", "It works.", null, List.of(), Map.of(),
                List.of(new LimitProof("memory", true, "It was ended.", Instant.EPOCH),
                        new LimitProof("disk", false, "It kept all.", Instant.EPOCH)), pool);
    }

    @Test
    void engines_show_the_proofs_of_their_limits_and_their_boxes() {
        platform.executor.engines(List.of(pooled(), FakeExecutor.missing("docker", "no Docker", "get it")));

        JsonNode engines = api.get("/api/engines").json().path("engines");

        JsonNode proofs = engines.path(0).path("proofs");
        assertThat(proofs.findValuesAsText("name")).containsExactly("memory", "disk");
        assertThat(proofs.path(1).path("held").asBoolean(true)).isFalse();
        assertThat(proofs.path(1).path("evidence").asText()).isEqualTo("It kept all.");
        JsonNode pool = engines.path(0).path("pool");
        assertThat(pool.path("ready").asInt()).isEqualTo(2);
        assertThat(pool.path("in_use").asInt()).isEqualTo(1);
        assertThat(pool.path("target").asInt()).isEqualTo(4);
        assertThat(pool.path("recent_peak").asInt()).isEqualTo(3);
        assertThat(pool.path("most").asInt()).isEqualTo(8);
        assertThat(pool.path("destroyed").path("spent").asInt()).isEqualTo(2);
        assertThat(pool.path("prepare_p50_ms").asDouble()).isEqualTo(45.5);
        assertThat(engines.path(1).path("proofs")).isEmpty();
        assertThat(engines.path(1).path("pool").isNull()).isTrue();
    }

    @Test
    void metrics_are_text_that_prometheus_reads() {
        platform.executor.engines(List.of(pooled(), FakeExecutor.missing("docker", "no Docker", "get it")));

        Answer metrics = api.get("/metrics");

        assertThat(metrics.header("Content-Type")).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
        assertThat(metrics.text().lines()).contains(
                "# TYPE crucible_pool_hits_total counter",
                "crucible_engine_available{engine=\"sandbox\"} 1.0",
                "crucible_engine_available{engine=\"docker\"} 0.0",
                "crucible_engine_limit_held{engine=\"sandbox\",limit=\"disk\"} 0.0",
                "crucible_pool_boxes{engine=\"sandbox\",state=\"ready\"} 2.0",
                "crucible_pool_boxes{engine=\"sandbox\",state=\"in_use\"} 1.0",
                "crucible_pool_target_boxes{engine=\"sandbox\"} 4.0",
                "crucible_pool_hits_total{engine=\"sandbox\"} 40.0",
                "crucible_pool_misses_total{engine=\"sandbox\"} 3.0",
                "crucible_pool_built_total{engine=\"sandbox\"} 6.0",
                "crucible_pool_destroyed_total{cause=\"spent\",engine=\"sandbox\"} 2.0",
                "crucible_pool_prepare_p50_seconds{engine=\"sandbox\"} 0.0455");
        assertThat(metrics.text().lines()).allMatch(line -> line.matches(
                "# (HELP|TYPE) [a-z0-9_]+ .+|[a-z0-9_]+(\\{([a-z]+=\"[a-z0-9_]+\",?)+})? [0-9.]+"));
    }

    @Test
    void metrics_tell_of_each_level_of_the_queue() {
        api.post("/api/eval", "{\"code\": \"1\", \"priority\": 8}");

        assertThat(api.get("/metrics").text().lines()).contains(
                "crucible_queue_tasks{state=\"queued\"} 1.0",
                "crucible_queue_tasks{state=\"dead_letter\"} 0.0",
                "crucible_queue_workers 1.0",
                "crucible_queue_draining 0.0",
                "crucible_queue_priority_effectiveness 0.75",
                "crucible_queue_level_tasks{priority=\"8\"} 1.0",
                "crucible_queue_level_oldest_age_seconds{priority=\"8\"} 1.5",
                "crucible_queue_level_wait_p50_seconds{priority=\"8\"} 0.25",
                "crucible_queue_level_throughput_per_second{priority=\"8\"} 0.5",
                "crucible_queue_level_starvation_ratio{priority=\"8\"} 0.25",
                "crucible_queue_level_handed_out_total{priority=\"8\"} 7.0",
                "crucible_queue_level_lifted_total{priority=\"8\"} 2.0");
    }

    @Test
    void health_is_healthy_degraded_or_unhealthy_with_reasons() {
        Answer healthy = api.get("/health");
        platform.executor.engines(List.of(FakeExecutor.missing("sandbox", "bwrap is not installed", "apt install bubblewrap")));
        Answer degraded = api.get("/api/health");
        platform.store.reachable(false);
        Answer unhealthy = api.get("/health");

        assertThat(healthy.json().path("status").asText()).isEqualTo("healthy");
        assertThat(healthy.json().path("service").asText()).isEqualTo("api-gateway");
        assertThat(degraded.status()).isEqualTo(200);
        assertThat(degraded.json().path("status").asText()).isEqualTo("degraded");
        assertThat(degraded.json().path("services").path("executor").path("detail").asText()).contains("apt install bubblewrap");
        assertThat(unhealthy.status()).isEqualTo(503);
        assertThat(unhealthy.json().path("services").path("storage").path("status").asText()).isEqualTo("unhealthy");
        assertThat(api.get("/readyz").status()).isEqualTo(503);
        assertThat(api.get("/healthz").status()).isEqualTo(200);
    }

    @Test
    void status_and_statistics_answer() {
        api.post("/api/eval", "{\"code\": \"1\"}");

        assertThat(api.get("/api/status").json().path("queue").path("queued").asInt()).isEqualTo(1);
        assertThat(api.get("/api/statistics").json().path("total_evaluations").asInt()).isEqualTo(1);
        assertThat(api.get("/api/statistics").json().path("last_24h_count").asInt()).isEqualTo(1);
        assertThat(api.get("/api/statistics?since=x").status()).isEqualTo(422);
    }

    @Test
    void browsers_get_the_dashboard_and_programs_an_overview() {
        Answer page = api.get("/", "Accept", "text/html,application/xhtml+xml");
        Answer overview = api.get("/", "Accept", "*/*");

        assertThat(page.text()).contains("test page");
        assertThat(page.header("Content-Security-Policy")).contains("default-src 'self'").contains("frame-ancestors 'none'");
        assertThat(overview.json().path("endpoints").path("submit").asText()).isEqualTo("/api/eval");
        assertThat(overview.json().path("version").asText()).isEqualTo("0.1.0-test");
    }

    @Test
    void own_files_are_asked_for_again_and_vendored_ones_never() {
        Answer own = api.get("/assets/app.js");
        Answer same = api.get("/assets/app.js", "If-None-Match", own.header("ETag"));
        Answer vendored = api.get("/assets/vendor/lib-1.0/lib.js");

        assertThat(own.header("Content-Type")).startsWith("text/javascript");
        assertThat(own.header("Cache-Control")).isEqualTo("no-cache");
        assertThat(same.status()).isEqualTo(304);
        assertThat(vendored.header("Cache-Control")).contains("immutable");
        assertThat(api.get("/assets/missing.js").status()).isEqualTo(404);
    }

    @Test
    void the_request_id_is_the_clients_when_it_is_sane() {
        assertThat(api.get("/healthz", "X-Request-Id", "abc-1.2_3").header("X-Request-Id")).isEqualTo("abc-1.2_3");
        assertThat(api.get("/nothing", "X-Request-Id", "a b").header("X-Request-Id")).matches("[0-9a-f]{16}");
    }

    @Test
    void pages_of_other_sites_can_change_nothing() {
        String own = platform.gateway.uri().toString();
        assertThat(api.order("/api/admin/queue/pause", "Origin", "https://evil.example").status()).isEqualTo(403);
        assertThat(api.order("/api/admin/queue/pause", "Origin", "null").status()).isEqualTo(403);
        assertThat(api.order("/api/admin/queue/pause", "Origin", own.replace("127.0.0.1", "localhost")).status())
                .isEqualTo(403);
        assertThat(api.order("/api/admin/queue/pause", "Sec-Fetch-Site", "cross-site").status()).isEqualTo(403);
        assertThat(api.order("/api/admin/queue/pause", "Sec-Fetch-Site", "same-site").status()).isEqualTo(403);
        assertThat(platform.queue.status().paused()).isFalse();
        assertThat(api.order("/api/admin/queue/pause", "Origin", own, "Sec-Fetch-Site", "same-origin").status())
                .isEqualTo(200);
    }

    @Test
    void a_host_name_that_is_not_ours_is_refused_so_that_dns_cannot_be_rebound() throws IOException {
        assertThat(statusFor("evil.example")).isEqualTo("421");
        assertThat(statusFor("localhost.evil.example:80")).isEqualTo("421");
        assertThat(statusFor("localhost")).isEqualTo("200");
        assertThat(statusFor("LOCALHOST:8080")).isEqualTo("200");
        assertThat(statusFor("127.0.0.1:1")).isEqualTo("200");
        assertThat(statusFor("[::1]:8080")).isEqualTo("200");
        assertThat(statusFor("crucible.example")).isEqualTo("200");
    }

    private String statusFor(String host) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", platform.gateway.uri().getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(("GET /healthz HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).substring(9, 12);
        }
    }

    @Test
    void every_documented_route_is_live_and_every_operation_has_its_own_name() {
        JsonNode document = api.document();
        assertThat(document.path("openapi").asText()).isEqualTo("3.1.0");
        assertThat(document.findValuesAsText("operationId")).doesNotHaveDuplicates().hasSizeGreaterThan(25);
        document.path("paths").properties().forEach(path -> path.getValue().properties().forEach(operation -> {
            String concrete = path.getKey().replace("{id}", "x").replace("{path}", "app.js");
            Answer answer = api.send(api.request(concrete).method(
                    operation.getKey().toUpperCase(Locale.ROOT), BodyPublishers.noBody()));
            assertThat(answer.status()).as(path.getKey()).isNotEqualTo(405);
            assertThat(answer.text()).doesNotContain("There is nothing at this path");
        }));
    }

    @Test
    void every_reference_in_the_document_leads_somewhere() {
        JsonNode document = api.document();
        for (String reference : document.findValuesAsText("$ref")) {
            assertThat(document.at(reference.substring(1)).isMissingNode()).as(reference).isFalse();
        }
    }

    @Test
    void every_schema_has_a_name_that_openapi_allows() {
        api.document().at("/components/schemas").fieldNames()
                .forEachRemaining(name -> assertThat(name).matches("[A-Za-z0-9._-]+"));
    }

    @Test
    void a_head_request_is_answered_as_a_get_without_its_body() {
        Answer health = api.send(api.request("/health").method("HEAD", BodyPublishers.noBody()));

        assertThat(health.status()).isEqualTo(200);
        assertThat(health.header("Content-Length")).isNotEqualTo("0");
        assertThat(health.http().body()).isEmpty();
        assertThat(api.status("HEAD", "/api/eval/x")).isEqualTo(404);
    }

    @Test
    void an_example_of_the_document_is_accepted() {
        JsonNode example = api.document().at("/paths/~1api~1eval/post/requestBody/content/application~1json/schema/example");

        assertThat(api.post("/api/eval", example.toString()).status()).isEqualTo(200);
    }
}
