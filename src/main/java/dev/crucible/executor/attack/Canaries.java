package dev.crucible.executor.attack;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Things of the host that no guest may reach: a file that everybody may read, a TCP and a UDP service on loopback, a
 * Unix socket in the file system and an abstract one, and a process with a secret in its environment and its arguments.
 * Each gives its secret to whoever comes, and remembers that somebody came.
 */
final class Canaries implements AutoCloseable {
    private static final int SECRET_READ = 512;

    private final String secret = "canary-" + UUID.randomUUID();
    private final Set<String> touched = new ConcurrentSkipListSet<>();
    private final Path folder;
    private final Path file;
    private final Path socket;
    private final String abstractName = "crucible-canary-" + UUID.randomUUID();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final int tcpPort;
    private final int udpPort;
    private final Process bystander;

    /** @throws IOException if the host lets no service or file be made */
    Canaries() throws IOException {
        folder = Files.createTempDirectory("crucible-canary");
        try {
            // Open to every user: what keeps a guest out must be its walls, not the file's mode.
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            file = folder.resolve("secret.txt");
            Files.writeString(file, secret);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            socket = folder.resolve("service.sock");
            tcpPort = serve(ServerSocketChannel.open().bind(loopback()), "the TCP service of the host");
            serve(
                    ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket)),
                    "the Unix socket of the host");
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rwxrwxrwx"));
            udpPort = serveDatagrams();
            bystander = startBystander();
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Where they are, for an attack's environment. The secret is not among it. */
    Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("CANARY_FILE", file.toString());
        environment.put("CANARY_TCP", Integer.toString(tcpPort));
        environment.put("CANARY_UDP", Integer.toString(udpPort));
        environment.put("CANARY_SOCKET", socket.toString());
        environment.put("CANARY_ABSTRACT", abstractName);
        environment.put("CANARY_PID", Long.toString(bystander.pid()));
        environment.put("CANARY_OOM_SCORE", oomScore());
        return environment;
    }

    /** How willing the kernel is to end this server when memory runs out on the host. */
    private static String oomScore() {
        try {
            return Files.readString(Path.of("/proc/self/oom_score_adj")).strip();
        } catch (IOException e) {
            return "0";
        }
    }

    String secret() {
        return secret;
    }

    /** What was reached since the last call, or does not live any more. */
    List<String> harmed() {
        List<String> harmed = new ArrayList<>();
        for (String name : touched) {
            harmed.add("reached " + name);
        }
        touched.clear();
        if (!bystander.isAlive()) {
            harmed.add("a process of the host was ended");
        }
        try {
            if (!Files.readString(file).equals(secret)) {
                harmed.add("a file of the host was changed");
            }
        } catch (IOException e) {
            harmed.add("a file of the host was removed");
        }
        return harmed;
    }

    @Override
    public void close() {
        for (AutoCloseable part : open) {
            try {
                part.close();
            } catch (Exception e) {
                continue;
            }
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path left : files.toList()) {
                Files.deleteIfExists(left);
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            folder.toFile().deleteOnExit();
        }
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private int serve(ServerSocketChannel server, String name) throws IOException {
        open.add(server);
        daemon(name, () -> {
            while (true) {
                try (SocketChannel caller = server.accept()) {
                    touched.add(name);
                    caller.write(ByteBuffer.wrap(secret.getBytes(StandardCharsets.US_ASCII)));
                }
            }
        });
        return server.getLocalAddress() instanceof InetSocketAddress address ? address.getPort() : 0;
    }

    private int serveDatagrams() throws IOException {
        DatagramSocket server = new DatagramSocket(loopback());
        open.add(server);
        daemon("udp", () -> {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[SECRET_READ], SECRET_READ);
                server.receive(packet);
                touched.add("the UDP service of the host");
                byte[] answer = secret.getBytes(StandardCharsets.US_ASCII);
                server.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            }
        });
        return server.getLocalPort();
    }

    /** With Python on the host it listens on the abstract socket too, which Java cannot make. */
    private Process startBystander() throws IOException {
        Optional<Path> python = Stream.of("/usr/bin/python3", "/usr/local/bin/python3")
                .map(Path::of).filter(Files::isExecutable).findFirst();
        List<String> command = python.isPresent()
                ? List.of(python.get().toString(), "-c", AttackCatalogue.bystander(), abstractName, secret)
                : List.of("/bin/sh", "-c", "echo ready; read line", abstractName, secret);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("CRUCIBLE_CANARY_SECRET", secret);
        Process process = builder.start();
        open.add(process::destroyForcibly);
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
        String first = lines.readLine();
        if (!"ready".equals(first)) {
            throw new IOException("the canary process did not start");
        }
        daemon("bystander", () -> {
            @Nullable String line = lines.readLine();
            while (line != null) {
                touched.add("the abstract socket of the host");
                line = lines.readLine();
            }
        });
        return process;
    }

    private interface Service {
        void run() throws IOException;
    }

    /** Ends when what it serves is closed. */
    private static void daemon(String name, Service service) {
        Thread thread = new Thread(
                () -> {
                    try {
                        service.run();
                    } catch (IOException closed) {
                        return;
                    }
                },
                "canary-" + name);
        thread.setDaemon(true);
        thread.start();
    }
}
