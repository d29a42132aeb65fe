package dev.crucible.platform.http;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.Part;
import dev.crucible.kernel.PlatformException;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.util.JavalinLogger;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.ee10.servlet.SessionHandler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.session.NullSessionCache;
import org.eclipse.jetty.session.NullSessionDataStore;
import org.eclipse.jetty.session.SessionCache;
import org.eclipse.jetty.unixdomain.server.UnixDomainServerConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP edge: a Javalin server with the rules that hold for every route. Each answer carries a request id and
 * security headers, each error is a problem document, and a browser on another site's page can do nothing here.
 */
public final class HttpServer implements Part {
    static {
        // Javalin greets and counts its start-up time on its own; the server's start is told in one place.
        JavalinLogger.startupInfo = false;
    }

    private static final Duration RESTART_TIME = Duration.ofSeconds(5);

    private final HttpServerConfig config;
    private final Javalin javalin;
    private final UnderWay underWay = new UnderWay();
    private boolean started;
    private boolean closed;

    /** @param routes declares the routes, and is called once */
    public HttpServer(HttpServerConfig config, Consumer<RoutesConfig> routes) {
        this.config = requireNonNull(config, "config is null");
        requireNonNull(routes, "routes is null");
        this.javalin = Javalin.create(javalinConfig -> configure(javalinConfig, routes));
    }

    /** @throws PlatformException {@code INTERNAL} if the address cannot be listened on */
    @Override
    public synchronized void start() {
        try {
            javalin.start();
            started = true;
        } catch (RuntimeException e) {
            throw new PlatformException(ErrorCode.INTERNAL, "Cannot listen on " + config.host() + ":" + config.port()
                    + " (" + rootMessage(e) + "). Is another server using the port? Choose one with PORT.", e);
        }
    }

    /** The address it listens on, with the real port. Only once started. */
    public URI uri() {
        String host = config.host().contains(":") ? "[" + config.host() + "]" : config.host();
        return URI.create((config.tls() == null ? "http://" : "https://") + host + ":" + javalin.port());
    }

    /** From now on requests get 503; those under way go on. */
    public void refuseRequests() {
        underWay.close();
    }

    /** Whether requests are refused because the server stops. */
    public boolean stopping() {
        return underWay.closed();
    }

    /** Refuses requests, waits for those under way as long as the settings say, and stops. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (started) {
            refuseRequests();
            underWay.awaitNone(config.stopWait());
            javalin.stop();
        }
    }

    private void configure(JavalinConfig javalinConfig, Consumer<RoutesConfig> routes) {
        javalinConfig.startup.showJavalinBanner = false;
        javalinConfig.startup.showOldJavalinVersionWarning = false;
        javalinConfig.startup.startupWatcherEnabled = false;
        javalinConfig.concurrency.useVirtualThreads = Runtime.version().feature() >= 21;
        javalinConfig.http.prefer405over404 = true;
        javalinConfig.http.asyncTimeout = HttpServerConfig.ASYNC_TIMEOUT.toMillis();
        javalinConfig.jetty.host = config.host();
        javalinConfig.jetty.port = config.port();
        if (!javalinConfig.concurrency.useVirtualThreads) {
            javalinConfig.jetty.threadPool = threads();
        }
        javalinConfig.jetty.modifyHttpConfiguration(http -> {
            http.setSendServerVersion(false);
            http.setSendXPoweredBy(false);
            http.setRequestHeaderSize(HttpServerConfig.MAX_HEADER_BYTES);
            http.setIdleTimeout(HttpServerConfig.IDLE_TIMEOUT.toMillis());
        });
        javalinConfig.jetty.modifyServer(HttpServer::configure);
        TlsFiles tls = config.tls();
        if (tls != null) {
            javalinConfig.jetty.addConnector((server, http) -> secure(server, http, tls));
        }
        Path unixSocket = config.unixSocket();
        if (unixSocket != null) {
            if (tls == null) {
                javalinConfig.jetty.addConnector((server, http) -> plain(server, http));
            }
            javalinConfig.jetty.addConnector((server, http) -> unix(server, http, unixSocket));
        }
        javalinConfig.jetty.modifyWebSocketServletFactory(
                factory -> factory.setMaxTextMessageSize(HttpServerConfig.MAX_MESSAGE_BYTES));
        javalinConfig.jetty.modifyServletContextHandler(handler -> {
            handler.setErrorHandler(new JettyErrors());
            keepNoSessions(handler.getSessionHandler());
        });
        SiteGuard guard = new SiteGuard(config.host(), config.hostNames());
        javalinConfig.routes.before(ctx -> {
            before(ctx, guard);
            enter(ctx);
        });
        javalinConfig.routes.wsBeforeUpgrade(ctx -> before(ctx, guard));
        Problems.register(javalinConfig.routes);
        routes.accept(javalinConfig.routes);
    }

    private ServerConnector plain(Server server, HttpConfiguration http) {
        return at(new ServerConnector(server, new HttpConnectionFactory(http)));
    }

    /** A client must have a certificate of the authority, where there is one. */
    private ServerConnector secure(Server server, HttpConfiguration http, TlsFiles tls) {
        SslContextFactory.Server context = new SslContextFactory.Server();
        context.setKeyStore(tls.keys());
        context.setKeyStorePassword(TlsFiles.PASSWORD);
        context.setTrustStore(tls.authorities());
        context.setNeedClientAuth(tls.authority() != null);
        context.setSniRequired(false);
        HttpConfiguration secure = new HttpConfiguration(http);
        secure.addCustomizer(new SecureRequestCustomizer(false));
        return at(new ServerConnector(
                server, new SslConnectionFactory(context, "http/1.1"), new HttpConnectionFactory(secure)));
    }

    private ServerConnector at(ServerConnector connector) {
        connector.setHost(config.host());
        connector.setPort(config.port());
        return connector;
    }

    private static UnixDomainServerConnector unix(Server server, HttpConfiguration http, Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new PlatformException(ErrorCode.INTERNAL, "The socket file " + file + " is in the way and cannot be removed.", e);
        }
        UnixDomainServerConnector connector = new UnixDomainServerConnector(server, new HttpConnectionFactory(http));
        connector.setUnixDomainPath(file);
        return connector;
    }

    private void before(Context ctx, SiteGuard guard) {
        ctx.header(RequestIds.HEADER, RequestIds.of(ctx));
        ctx.header("X-Content-Type-Options", "nosniff");
        ctx.header("Referrer-Policy", "no-referrer");
        ctx.header("X-Frame-Options", "DENY");
        ctx.header("Cross-Origin-Resource-Policy", "same-origin");
        ctx.header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
        guard.check(ctx);
        refuseNul(ctx);
    }

    private void enter(Context ctx) {
        if (!underWay.enter()) {
            ctx.header("Connection", "close");
            throw PlatformException.retryLater(
                    ErrorCode.STOPPING, "The server is stopping; send the request again in a moment.", RESTART_TIME);
        }
        // Javalin's own "after" comes before the answer is written; this comes when its last byte is.
        Request.addCompletionListener(
                ServletContextRequest.getServletContextRequest(ctx.req()), failure -> underWay.leave());
    }

    /** No name or filter holds one, and a database refuses it. */
    private static void refuseNul(Context ctx) {
        String query = ctx.queryString();
        if (ctx.path().indexOf('\0') >= 0 || (query != null && query.contains("%00"))) {
            throw new PlatformException(ErrorCode.BAD_REQUEST, "The address holds a NUL character.");
        }
    }

    private static void configure(Server server) {
        server.setErrorHandler(new JettyErrors());
        // Requests under way are waited for in close(); what is left then are idle connections.
        server.setStopTimeout(0);
        for (var connector : server.getConnectors()) {
            if (connector instanceof ServerConnector tcp) {
                tcp.setIdleTimeout(HttpServerConfig.IDLE_TIMEOUT.toMillis());
            }
        }
    }

    /** Javalin asks for a session with every WebSocket; kept, each would hold memory until the server ends. */
    private static void keepNoSessions(SessionHandler sessions) {
        SessionCache none = new NullSessionCache(sessions);
        none.setSessionDataStore(new NullSessionDataStore());
        sessions.setSessionCache(none);
        sessions.setUsingCookies(false);
    }

    private static QueuedThreadPool threads() {
        QueuedThreadPool threads = new QueuedThreadPool(HttpServerConfig.THREADS, 4);
        threads.setName("http");
        threads.setDaemon(true);
        return threads;
    }

    private static @Nullable String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage();
    }
}
