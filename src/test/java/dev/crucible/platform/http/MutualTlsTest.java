package dev.crucible.platform.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two modules that show each other certificates. */
class MutualTlsTest {
    @TempDir
    Path folder;

    private Certificates ours;
    private ServiceEdge edge;

    @BeforeEach
    void openEdge() throws Exception {
        ours = new Certificates(Files.createDirectory(folder.resolve("ours")));
        edge = new ServiceEdge(
                new HttpServerConfig("127.0.0.1", 0, Set.of(), Duration.ofSeconds(2), null, ours.issue("server", ours.authority())),
                "1", List.of(Route.get("/word", "t", "", ctx -> WireBody.answer(ctx, "hello"))), Optional::empty, MetricSnapshots::of);
        edge.start();
    }

    @AfterEach
    void closeEdge() {
        edge.close();
    }

    @Test
    void a_certificate_of_the_authority_opens() throws Exception {
        assertThat(edge.uri().getScheme()).isEqualTo("https");
        try (ServiceClient client = client(ours.issue("client", ours.authority()))) {
            assertThat(client.ask(ServiceCall.get("/word"), String.class)).isEqualTo("hello");
        }
    }

    @Test
    void a_foreign_certificate_does_not() throws Exception {
        Certificates foreign = new Certificates(Files.createDirectory(folder.resolve("foreign")));
        try (ServiceClient client = client(foreign.issue("client", ours.authority()))) {
            assertThat(catchThrowableOfType(PlatformException.class, () -> client.ask(ServiceCall.get("/word"), String.class)).code())
                    .isEqualTo(ErrorCode.STORAGE_UNAVAILABLE);
        }
    }

    @Test
    void no_certificate_does_not() throws Exception {
        HttpClient client = HttpClient.newBuilder().sslContext(trusting(ours.issue("unused", ours.authority()))).build();
        HttpRequest request = HttpRequest.newBuilder(edge.uri().resolve("/word")).build();

        assertThatThrownBy(() -> client.send(request, BodyHandlers.ofString())).isInstanceOf(IOException.class);
    }

    @Test
    void a_service_of_another_authority_is_not_spoken_with() throws Exception {
        Certificates foreign = new Certificates(Files.createDirectory(folder.resolve("foreign")));
        try (ServiceClient client = client(ours.issue("client", foreign.authority()))) {
            assertThat(catchThrowableOfType(PlatformException.class, () -> client.ask(ServiceCall.get("/word"), String.class)).code())
                    .isEqualTo(ErrorCode.STORAGE_UNAVAILABLE);
        }
    }

    @Test
    void nothing_is_answered_in_the_clear() {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + edge.uri().getPort() + "/word"))
                .version(HttpClient.Version.HTTP_1_1).build();

        assertThatThrownBy(() -> assertThat(HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200))
                .isNotNull();
    }

    @Test
    void a_file_that_is_no_key_is_named() {
        TlsFiles wrong = new TlsFiles(ours.authority(), ours.authority(), null);

        assertThatThrownBy(wrong::keys).isInstanceOf(PlatformException.class).hasMessageContaining("PKCS#8");
    }

    private ServiceClient client(TlsFiles tls) {
        return new ServiceClient(new ServiceAddress(edge.uri(), null, WireFormat.JSON, tls), ErrorCode.STORAGE_UNAVAILABLE);
    }

    /** Trusts the authority and has nothing to show. */
    private static SSLContext trusting(TlsFiles files) throws Exception {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(files.authorities());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
