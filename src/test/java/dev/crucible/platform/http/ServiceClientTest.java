package dev.crucible.platform.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.FieldError;
import dev.crucible.kernel.PlatformException;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceClientTest {
    private static final ServiceCall COMMAND = ServiceCall.post("/command", List.of("do it"));
    private static final ServiceCall QUESTION = ServiceCall.get("/question");

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private <T extends AutoCloseable> T opened(T resource) {
        open.add(resource);
        return resource;
    }

    private ServiceClient client(RawServer server) {
        return client(new ServiceAddress(server.uri(), null));
    }

    private ServiceClient client(ServiceAddress address) {
        return opened(new ServiceClient(address, ErrorCode.QUEUE_UNAVAILABLE));
    }

    @Test
    void what_may_not_be_repeated_is_not_sent_again_when_the_connection_breaks_after_it_was_sent() {
        RawServer server = opened(new RawServer()).hangUp().answer("1");

        assertUnavailable(catchThrowableOfType(PlatformException.class, () -> client(server).tell(COMMAND)));

        assertThat(server.requests()).isEqualTo(1);
    }

    @Test
    void what_may_be_repeated_is_sent_again() {
        RawServer server = opened(new RawServer()).hangUp().answer("[1]").hangUp().answer("[2]");
        ServiceClient client = client(server);

        assertThat(client.ask(QUESTION, JsonNode.class).get(0).intValue()).isEqualTo(1);
        assertThat(client.ask(COMMAND.asRepeatable(), JsonNode.class).get(0).intValue()).isEqualTo(2);

        assertThat(server.requests()).isEqualTo(4);
    }

    @Test
    void it_gives_up_after_three_times() {
        RawServer server = opened(new RawServer()).hangUp().hangUp().hangUp().hangUp();

        assertUnavailable(catchThrowableOfType(PlatformException.class, () -> client(server).tell(QUESTION)));

        assertThat(server.requests()).isEqualTo(3);
    }

    @Test
    void at_the_start_it_waits_for_a_service_that_is_not_there_yet_whatever_is_sent() throws Exception {
        int port = freePort();
        ServiceClient client = client(new ServiceAddress(URI.create("http://127.0.0.1:" + port), null));
        CompletableFuture<JsonNode> asked = CompletableFuture.supplyAsync(() -> client.ask(COMMAND, JsonNode.class));
        await().during(Duration.ofMillis(600)).until(() -> !asked.isDone());

        opened(new RawServer(port)).answer("[7]");

        assertThat(asked.get().get(0).intValue()).isEqualTo(7);
    }

    @Test
    void once_it_was_there_a_service_that_cannot_be_reached_is_told_of_at_once() {
        RawServer server = opened(new RawServer()).answer("[1]");
        ServiceClient client = client(server);
        client.tell(QUESTION);
        server.close();

        assertUnavailable(catchThrowableOfType(PlatformException.class, () -> client.tell(COMMAND)));
    }

    @Test
    void after_many_failures_calls_fail_unsent_and_when_the_service_is_back_they_go_through() {
        RawServer server = opened(new RawServer()).answer("[1]");
        int port = server.port();
        ServiceClient client = client(server);
        client.tell(QUESTION);
        server.close();
        await().until(() -> {
            PlatformException failure = catchThrowableOfType(PlatformException.class, () -> client.tell(COMMAND));
            return failure.getMessage().contains("again and again");
        });

        RawServer back = opened(new RawServer(port));
        for (int i = 0; i < 50; i++) {
            back.answer("[2]");
        }

        await().ignoreExceptions().untilAsserted(() -> assertThat(client.ask(COMMAND, JsonNode.class).get(0).intValue()).isEqualTo(2));
    }

    @Test
    void a_refusal_comes_back_as_it_was_there() {
        ServiceEdge edge = edge(
                Route.get("/full", "t", "", ctx -> {
                    throw PlatformException.retryLater(ErrorCode.QUEUE_FULL, "Come back.", Duration.ofSeconds(7));
                }),
                Route.get("/lost", "t", "", ctx -> {
                    throw new PlatformException(ErrorCode.LEASE_LOST, "It is gone.");
                }),
                Route.get("/wrong", "t", "", ctx -> {
                    throw PlatformException.invalid(List.of(new FieldError(List.of("body", "code"), "is needed", "missing")));
                }));
        for (WireFormat format : WireFormat.values()) {
            ServiceClient client = client(new ServiceAddress(edge.uri(), null, format, null));

            PlatformException full = catchThrowableOfType(PlatformException.class, () -> client.tell(ServiceCall.get("/full")));
            assertThat(full.code()).isEqualTo(ErrorCode.QUEUE_FULL);
            assertThat(full).hasMessage("Come back.");
            assertThat(full.retryAfter()).contains(Duration.ofSeconds(7));
            PlatformException lost = catchThrowableOfType(PlatformException.class, () -> client.tell(ServiceCall.get("/lost")));
            assertThat(lost.code()).isEqualTo(ErrorCode.LEASE_LOST);
            assertThat(lost.retryAfter()).isEmpty();
            PlatformException wrong = catchThrowableOfType(PlatformException.class, () -> client.tell(ServiceCall.get("/wrong")));
            assertThat(wrong.code()).isEqualTo(ErrorCode.VALIDATION);
            assertThat(wrong.errors()).containsExactly(new FieldError(List.of("body", "code"), "is needed", "missing"));
        }
    }

    @ParameterizedTest
    @CsvSource({"200, text/html, <html>", "200, application/json, {", "200, application/json, null", "500, text/plain, oops", "503, text/html, <html>", "200, application/json, ''"})
    void nonsense_is_a_bad_gateway(int status, String type, String body) {
        RawServer server = opened(new RawServer()).answer(status, type, body);

        PlatformException failure = catchThrowableOfType(PlatformException.class, () -> client(server).ask(QUESTION, Problem.class));

        assertThat(failure.code()).isEqualTo(ErrorCode.BAD_GATEWAY);
        assertThat(failure.code().httpStatus()).isEqualTo(502);
    }

    @Test
    void nobody_is_told_the_key() {
        assertThat(new ServiceAddress(URI.create("http://127.0.0.1:1"), "secret").toString()).doesNotContain("secret");
        assertThatThrownBy(() -> new ServiceAddress(URI.create("ftp://host"), null)).isInstanceOf(IllegalArgumentException.class);
    }

    private ServiceEdge edge(Route... routes) {
        ServiceEdge edge = opened(new ServiceEdge(
                new HttpServerConfig("127.0.0.1", 0, Set.of(), Duration.ofSeconds(2)), "1", List.of(routes),
                Optional::empty, MetricSnapshots::of));
        edge.start();
        return edge;
    }

    private static int freePort() {
        try (RawServer server = new RawServer()) {
            return server.port();
        }
    }

    private static void assertUnavailable(PlatformException failure) {
        assertThat(failure.code()).isEqualTo(ErrorCode.QUEUE_UNAVAILABLE);
        assertThat(failure.retryAfter()).isPresent();
    }
}
