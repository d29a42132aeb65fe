package dev.crucible.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The brokers that Celery works on: Debian's packages, started for this run alone, with folders and ports of its own. */
final class Brokers {
    static final String REDIS = "redis-server";
    static final String RABBITMQ = "rabbitmq-server";
    private static final Path REDIS_PROGRAM = Path.of("/usr/bin/redis-server");
    /** Not the wrapper of the package, which goes to the service's user and folders. */
    private static final Path RABBITMQ_PROGRAM = Path.of("/usr/lib/rabbitmq/bin/rabbitmq-server");

    private static final int PATIENCE_SECONDS = 60;

    private Brokers() {}

    static boolean redisIsHere() {
        return Files.isExecutable(REDIS_PROGRAM);
    }

    static boolean rabbitIsHere() {
        return Files.isExecutable(RABBITMQ_PROGRAM);
    }

    /**
     * Redis with its log of commands, which Debian's package has switched off.
     *
     * @param fsync {@code everysec} as the package has it, or {@code always}
     * @return its address
     */
    static String redis(Workspace workspace, String fsync) throws Exception {
        Path folder = Files.createDirectory(workspace.fresh("redis"));
        int port = freePort();
        Daemon redis = workspace.daemon(
                List.of(REDIS_PROGRAM.toString(), "--bind", "127.0.0.1", "--port", Integer.toString(port), "--dir",
                        folder.toString(), "--save", "", "--appendonly", "yes", "--appendfsync", fsync),
                Map.of(), folder);
        redis.await(() -> redis.log().contains("Ready to accept connections"), PATIENCE_SECONDS);
        return "redis://127.0.0.1:" + port + "/0";
    }

    /**
     * RabbitMQ without plugins, and a name server for its node, so that nobody else's is used or left behind.
     *
     * @return its address
     */
    static String rabbit(Workspace workspace) throws Exception {
        Path folder = Files.createDirectory(workspace.fresh("rabbitmq"));
        Path plugins = Files.writeString(folder.resolve("plugins"), "[].\n");
        int names = freePort();
        int port = freePort();
        workspace.daemon(
                List.of("/usr/bin/epmd", "-port", Integer.toString(names), "-address", "127.0.0.1"), Map.of(), folder);
        Daemon rabbit = workspace.daemon(List.of(RABBITMQ_PROGRAM.toString()), Map.ofEntries(
                Map.entry("HOME", folder.toString()),
                Map.entry("ERL_EPMD_PORT", Integer.toString(names)),
                Map.entry("ERL_EPMD_ADDRESS", "127.0.0.1"),
                Map.entry("RABBITMQ_NODENAME", "bench" + ProcessHandle.current().pid() + "@localhost"),
                Map.entry("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"),
                Map.entry("RABBITMQ_NODE_PORT", Integer.toString(port)),
                Map.entry("RABBITMQ_DIST_PORT", Integer.toString(freePort())),
                Map.entry("RABBITMQ_MNESIA_BASE", folder.toString()),
                Map.entry("RABBITMQ_LOG_BASE", folder.toString()),
                Map.entry("RABBITMQ_ENABLED_PLUGINS_FILE", plugins.toString()),
                Map.entry("RABBITMQ_CONF_ENV_FILE", folder.resolve("no-environment").toString()),
                Map.entry("RABBITMQ_CONFIG_FILE", folder.resolve("no-configuration").toString()),
                Map.entry("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}")),
                folder);
        rabbit.await(() -> rabbit.log().contains("completed with"), PATIENCE_SECONDS);
        return "amqp://guest:guest@127.0.0.1:" + port + "//";
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
