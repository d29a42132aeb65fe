package dev.crucible.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server as its user starts it: a process of its own, with its own data folder, that can be killed. */
final class ServerProcess implements AutoCloseable {
    private static final Pattern ADDRESS = Pattern.compile("(Dashboard|Queue|Storage|Worker)\\s+(http://\\S+)");
    private static final Duration START = Duration.ofMinutes(3);

    private final Process process;
    private final CopyOnWriteArrayList<String> printed = new CopyOnWriteArrayList<>();
    private final Api api;

    private ServerProcess(Process process) {
        this.process = process;
        Thread reader = new Thread(this::read, "server-output");
        reader.setDaemon(true);
        reader.start();
        await().atMost(START).until(() -> url() != null || !process.isAlive());
        assertThat(url()).as("the server's first words: %s", printed).isNotNull();
        this.api = new Api(URI.create(url()));
        await().atMost(START).until(() -> api.get("/readyz").status() == 200);
    }

    static ServerProcess start(Path home, Map<String, String> settings) {
        letPass(home);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m", "-cp",
                System.getProperty("java.class.path"), "dev.crucible.app.Main", "serve"));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("CRUCIBLE_"));
        builder.environment().put("CRUCIBLE_HOME", home.toString());
        builder.environment().put("PORT", "0");
        builder.environment().putAll(settings);
        try {
            return new ServerProcess(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A temporary folder is closed to others, and PostgreSQL, which must not run as root, could not reach its own. */
    static void letPass(Path folder) {
        try {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                printed.add(line);
            }
        } catch (IOException e) {
            printed.add("(end of output: " + e.getMessage() + ")");
        }
    }

    private String url() {
        for (String line : printed) {
            Matcher match = ADDRESS.matcher(line);
            if (match.find()) {
                return match.group(2).replaceAll("/$", "");
            }
        }
        return null;
    }

    Api api() {
        return api;
    }

    List<String> printed() {
        return List.copyOf(printed);
    }

    long pid() {
        return process.pid();
    }

    /** {@code kill -9} of the JVM alone: its children see their parent die. */
    void killJvm() {
        process.destroyForcibly();
        waitForEnd(Duration.ofSeconds(10));
    }

    /** {@code kill -9} of the JVM and of every process below it, the embedded database among them. */
    void killTree() {
        List<ProcessHandle> family = process.descendants().toList();
        process.destroyForcibly();
        family.forEach(ProcessHandle::destroyForcibly);
        waitForEnd(Duration.ofSeconds(10));
    }

    /** SIGTERM, and how long it took to end. */
    Duration terminate() {
        long start = System.nanoTime();
        process.destroy();
        waitForEnd(Duration.ofSeconds(60));
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private void waitForEnd(Duration patience) {
        try {
            assertThat(process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)).as("the server ended").isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            terminate();
        }
    }

    /** Processes on this host whose command line names {@code mark}, whoever started them. */
    static List<String> processesNaming(String mark) {
        try (var processes = Files.list(Path.of("/proc"))) {
            return processes.filter(path -> path.getFileName().toString().matches("\\d+"))
                    .filter(path -> !path.getFileName().toString().equals(Long.toString(ProcessHandle.current().pid())))
                    .map(ServerProcess::commandLine).filter(line -> line.contains(mark)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String commandLine(Path process) {
        try {
            return Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1).replace('\0', ' ');
        } catch (IOException e) {
            return "";
        }
    }
}
