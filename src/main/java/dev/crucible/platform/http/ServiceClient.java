package dev.crucible.platform.http;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JavaType;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.json.Json;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.CompletableResponseListener;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.InputStreamRequestContent;
import org.eclipse.jetty.client.InputStreamResponseListener;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.WWWAuthenticationProtocolHandler;
import org.eclipse.jetty.client.transport.HttpClientTransportDynamic;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.Transport;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * Speaks with another module over kept-alive connections. What the other side refuses comes back as the
 * {@link PlatformException} that it was there; what cannot be reached is the code given at the start. Thread-safe.
 *
 * <p>A call is sent again only when it never left, or when it is {@linkplain ServiceCall#repeatable() repeatable}. Until the
 * other side has answered for the first time, and for two minutes at most, a call that cannot connect tries again four
 * times a second within its patience: modules may be started in any order. Later, when most calls fail, a circuit breaker
 * fails the next ones at once for a second.
 */
public final class ServiceClient implements AutoCloseable {
    /** Seed documents of the project ask for two minutes of grace at the start. */
    private static final Duration START_GRACE = Duration.ofMinutes(2);

    private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(2);
    private static final Duration OPEN = Duration.ofSeconds(1);
    private static final long START_PAUSE_MILLIS = 250;
    private static final long[] PAUSES_MILLIS = {50, 200};
    private static final int MAX_ANSWER = 64 << 20;
    private static final int CONNECTIONS = 256;
    private static final int THREADS = 32;

    private final ServiceAddress address;
    private final ErrorCode unavailable;
    private final HttpClient http;
    private final CircuitBreaker breaker;
    private final LongSupplier nanos;
    private final long graceEnd;
    private volatile boolean reached;

    /** @param unavailable what a caller is told when the other side cannot be reached */
    public ServiceClient(ServiceAddress address, ErrorCode unavailable) {
        this.address = requireNonNull(address, "address is null");
        this.unavailable = requireNonNull(unavailable, "unavailable is null");
        this.nanos = System::nanoTime;
        this.graceEnd = nanos.getAsLong() + START_GRACE.toNanos();
        this.breaker = CircuitBreaker.of(address.uri().toString(), CircuitBreakerConfig.custom()
                .slidingWindowSize(20).minimumNumberOfCalls(10).failureRateThreshold(50)
                .waitDurationInOpenState(OPEN).permittedNumberOfCallsInHalfOpenState(3).build());
        this.http = client(address);
        try {
            http.start();
            // It would take a 401 that offers no scheme to log in with for a breach of the protocol.
            http.getProtocolHandlers().remove(WWWAuthenticationProtocolHandler.NAME);
        } catch (Exception e) {
            throw new PlatformException(ErrorCode.INTERNAL, "The client of " + address.uri() + " cannot start.", e);
        }
    }

    private static HttpClient client(ServiceAddress address) {
        ClientConnector connector = new ClientConnector();
        connector.setConnectTimeout(CONNECT_PATIENCE);
        // A little less than over there, so that no request meets a connection that is being closed.
        connector.setIdleTimeout(HttpServerConfig.IDLE_TIMEOUT.minusSeconds(3));
        TlsFiles tls = address.tls();
        if (tls != null) {
            SslContextFactory.Client context = new SslContextFactory.Client();
            context.setKeyStore(tls.keys());
            context.setKeyStorePassword(TlsFiles.PASSWORD);
            context.setTrustStore(tls.authorities());
            connector.setSslContextFactory(context);
        }
        QueuedThreadPool threads = new QueuedThreadPool(THREADS, 1);
        threads.setName("service-client");
        threads.setDaemon(true);
        HttpClient client = new HttpClient(new HttpClientTransportDynamic(connector));
        client.setExecutor(threads);
        client.setMaxConnectionsPerDestination(CONNECTIONS);
        client.setFollowRedirects(false);
        client.setUserAgentField(null);
        return client;
    }

    /** The answer, which must not be null. */
    public <T> T ask(ServiceCall call, Class<T> type) {
        return required(find(call, type), call);
    }

    /** Likewise, for a type with parameters. */
    public <T> T ask(ServiceCall call, TypeReference<T> type) {
        return required(answer(call, Json.MAPPER.constructType(type)), call);
    }

    /** The answer, or empty when it is null. */
    public <T> Optional<T> find(ServiceCall call, Class<T> type) {
        return answer(call, Json.MAPPER.constructType(type));
    }

    /** Sends it and waits until it is done; whatever the answer holds is dropped. */
    public void tell(ServiceCall call) {
        send(call, () -> exchange(call));
    }

    /** The answer's bytes as they come, however long they take to; to be closed. A stream that breaks off throws. */
    public InputStream open(ServiceCall call) {
        return send(call, () -> stream(call));
    }

    /** Sends bytes of any length. They are read once: what was begun is not begun again. The caller closes them. */
    public <T> T upload(ServiceCall call, InputStream content, Class<T> type) {
        ServiceCall once = new ServiceCall(call.method(), call.path(), null, false, call.patience());
        UploadContent untouched = new UploadContent(content);
        byte[] answer = send(once, () -> {
            Request request = request(once).body(new InputStreamRequestContent("application/octet-stream", untouched));
            return checked(request.send());
        }, () -> !untouched.begun());
        return required(read(answer, Json.MAPPER.constructType(type)), call);
    }

    private <T> Optional<T> answer(ServiceCall call, JavaType type) {
        return read(send(call, () -> exchange(call)), type);
    }

    private <T> Optional<T> read(byte[] answer, JavaType type) {
        try {
            return Optional.ofNullable(address.format().<T>read(answer, type));
        } catch (IOException e) {
            throw new PlatformException(ErrorCode.BAD_GATEWAY, address.uri() + " answered with what cannot be read.", e);
        }
    }

    private <T> T required(Optional<T> answer, ServiceCall call) {
        return answer.orElseThrow(() -> new PlatformException(
                ErrorCode.BAD_GATEWAY, address.uri() + " answered " + call.method() + " " + call.path() + " with nothing."));
    }

    // ---- one exchange ----

    private byte[] exchange(ServiceCall call) throws Exception {
        Request request = request(call);
        if (call.body() != null) {
            request.body(new BytesRequestContent(address.format().mediaType(), address.format().write(call.body())));
        }
        return checked(new CompletableResponseListener(request, MAX_ANSWER).send()
                .get(call.patience().toMillis(), TimeUnit.MILLISECONDS));
    }

    private InputStream stream(ServiceCall call) throws Exception {
        InputStreamResponseListener listener = new InputStreamResponseListener();
        // Patience is for the answer to begin; a connection that falls silent later ends by its idle time.
        Request request = request(call).timeout(0, TimeUnit.MILLISECONDS);
        request.send(listener);
        Response response;
        try {
            response = listener.get(call.patience().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | InterruptedException e) {
            request.abort(e);
            throw e;
        }
        InputStream content = listener.getInputStream();
        if (response.getStatus() >= 400) {
            try (content) {
                throw refused(response, content.readNBytes(MAX_ANSWER));
            }
        }
        return content;
    }

    private Request request(ServiceCall call) {
        Request request = http.newRequest(address.base() + call.path()).method(call.method());
        request.timeout(call.patience().toMillis(), TimeUnit.MILLISECONDS);
        request.headers(headers -> {
            headers.put("Accept", address.format().mediaType());
            if (address.key() != null) {
                headers.put(EdgeKeys.HEADER, address.key());
            }
        });
        if (address.unixSocket() != null) {
            request.transport(new Transport.TCPUnix(address.unixSocket()));
        }
        return request;
    }

    private byte[] checked(ContentResponse response) {
        if (response.getStatus() >= 400) {
            throw refused(response, response.getContent());
        }
        return response.getContent();
    }

    /** The other side's own refusal, or its breakdown. */
    private PlatformException refused(Response response, byte[] content) {
        try {
            Problem problem = Json.MAPPER.readValue(content, Problem.class);
            ErrorCode code = ErrorCode.fromCode(problem.code());
            if (code == ErrorCode.UNAUTHENTICATED || code == ErrorCode.FORBIDDEN) {
                // Our key, not that of whoever asked us.
                return new PlatformException(ErrorCode.BAD_GATEWAY, address.uri() + " does not take the key that is set for it here.");
            }
            if (problem.errors() != null && !problem.errors().isEmpty()) {
                return PlatformException.invalid(problem.errors());
            }
            String retry = response.getHeaders().get("Retry-After");
            return retry == null || !retry.matches("\\d{1,6}")
                    ? new PlatformException(code, problem.detail())
                    : PlatformException.retryLater(code, problem.detail(), Duration.ofSeconds(Long.parseLong(retry)));
        } catch (IOException | RuntimeException e) {
            return new PlatformException(
                    ErrorCode.BAD_GATEWAY, address.uri() + " answered " + response.getStatus() + " without saying why.");
        }
    }

    // ---- again, or not ----

    @FunctionalInterface
    private interface Exchange<T> {
        T run() throws Exception;
    }

    private <T> T send(ServiceCall call, Exchange<T> exchange) {
        return send(call, exchange, () -> true);
    }

    private <T> T send(ServiceCall call, Exchange<T> exchange, BooleanSupplier canRepeat) {
        long giveUp = nanos.getAsLong() + call.patience().toNanos();
        for (int tried = 0; ; tried++) {
            try {
                return once(exchange);
            } catch (Unreached e) {
                Long pause = canRepeat.getAsBoolean() ? pause(call, e, tried, giveUp) : null;
                if (pause == null) {
                    throw PlatformException.retryLater(unavailable, e.getMessage(), OPEN);
                }
                sleep(pause);
            }
        }
    }

    /** How long to wait before the next try, or null when there is none. */
    private @Nullable Long pause(ServiceCall call, Unreached e, int tried, long giveUp) {
        long now = nanos.getAsLong();
        if (!reached && e.neverLeft && now < graceEnd) {
            return now < giveUp ? START_PAUSE_MILLIS : null;
        }
        boolean again = (e.neverLeft || call.repeatable()) && tried < PAUSES_MILLIS.length && now < giveUp;
        return again ? PAUSES_MILLIS[tried] : null;
    }

    private <T> T once(Exchange<T> exchange) {
        if (reached && !breaker.tryAcquirePermission()) {
            throw new Unreached(address.uri() + " has failed again and again; it is asked again in a moment.", false, null);
        }
        long begun = nanos.getAsLong();
        try {
            T answer = exchange.run();
            succeeded(begun);
            return answer;
        } catch (PlatformException refused) {
            succeeded(begun); // it answered
            throw refused;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            breaker.releasePermission();
            throw new PlatformException(unavailable, "The call to " + address.uri() + " was cut short.", e);
        } catch (Exception e) {
            Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
            breaker.onError(nanos.getAsLong() - begun, TimeUnit.NANOSECONDS, cause);
            throw new Unreached(why(cause), neverLeft(cause), cause);
        }
    }

    private void succeeded(long begun) {
        reached = true;
        breaker.onSuccess(nanos.getAsLong() - begun, TimeUnit.NANOSECONDS);
    }

    private String why(Throwable cause) {
        if (cause instanceof TimeoutException) {
            return address.uri() + " did not answer in time.";
        }
        String message = cause.getMessage();
        return address.uri() + " cannot be reached" + (message == null ? "." : " (" + message + ").");
    }

    private static boolean neverLeft(Throwable cause) {
        return cause instanceof ConnectException || cause instanceof SocketTimeoutException
                || cause instanceof UnresolvedAddressException || cause instanceof UnknownHostException;
    }

    private void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PlatformException(unavailable, "The call to " + address.uri() + " was cut short.", e);
        }
    }

    private static final class Unreached extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final boolean neverLeft;

        Unreached(String message, boolean neverLeft, @Nullable Throwable cause) {
            super(message, cause);
            this.neverLeft = neverLeft;
        }
    }

    /** Calls under way fail. */
    @Override
    public void close() {
        try {
            http.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the client of " + address.uri() + " did not stop", e);
        }
    }
}
