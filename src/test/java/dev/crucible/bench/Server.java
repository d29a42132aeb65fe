package dev.crucible.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.app.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A server in a process of its own, started as {@code run.sh} starts it, on a free port. */
final class Server {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long POLL_MILLIS = 2;

    /** The last line of a histogram: objects and bytes. */
    private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");
    private static final Pattern ADDRESS = Pattern.compile("Dashboard\\s+http://127\\.0\\.0\\.1:(\\d+)\\s");

    private final Process process;
    private final Path home;
    private final Path log;
    private final long launched;
    private int port;
    private Duration readyAfter = Duration.ZERO;

    private Server(Process process, Path home, Path log, long launched) {
        this.process = process;
        this.home = home;
        this.log = log;
        this.launched = launched;
    }

    static Server launch(Path home, Map<String, String> settings, Path log) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options().strip().split("\\s+")));
        command.addAll(program());
        command.addAll(List.of("serve", "--port", "0"));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        // The caller's own settings are not what is measured.
        Settings.all().forEach(setting -> builder.environment().remove(setting.name()));
        builder.environment().put("CRUCIBLE_HOME", home.toString());
        builder.environment().putAll(settings);
        long launched = System.nanoTime();
        return new Server(builder.start(), home, log, launched);
    }

    /** The server's JVM options, as run.sh has them. */
    static String options() {
        return System.getProperty("crucible.bench.serverOptions", "-Xms48m -Xmx512m -XX:+UseSerialGC");
    }

    private static List<String> program() {
        String jar = System.getProperty("crucible.bench.jar", "");
        return jar.isEmpty() || !Files.exists(Path.of(jar))
                ? List.of("-cp", System.getProperty("java.class.path"), "dev.crucible.app.Main")
                : List.of("-jar", jar);
    }

    void awaitReady() throws IOException {
        while (System.nanoTime() - launched < PATIENCE.toNanos()) {
            if (ready()) {
                readyAfter = Duration.ofNanos(System.nanoTime() - launched);
                return;
            }
            pause();
        }
        throw new IOException("the server was not ready within " + PATIENCE.toSeconds() + " s: " + lastWords());
    }

    private boolean ready() throws IOException {
        if (!process.isAlive()) {
            throw new IOException("the server ended: " + lastWords());
        }
        Matcher address = ADDRESS.matcher(Files.readString(log));
        if (!address.find()) {
            return false;
        }
        port = Integer.parseInt(address.group(1));
        try (HttpConnection connection = connect()) {
            return connection.get("/readyz").status() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private String lastWords() throws IOException {
        String text = Files.readString(log).strip();
        return text.substring(Math.max(0, text.length() - 2000));
    }

    HttpConnection connect() throws IOException {
        return new HttpConnection(port);
    }

    /** The engines that can run Python here, the weakest first. */
    static List<String> engines(HttpConnection connection) throws IOException {
        List<String> able = new ArrayList<>();
        for (JsonNode language : Evaluations.read(connection.get("/api/languages"), 200).path("languages")) {
            if (language.path("name").asText().equals("python")) {
                language.path("engines").fields().forEachRemaining(engine -> {
                    if (engine.getValue().path("available").asBoolean()) {
                        able.add(engine.getKey());
                    }
                });
            }
        }
        return List.of("sandbox", "docker", "gvisor").stream().filter(able::contains).toList();
    }

    /** From the start of the process to the first 200 of {@code /readyz}. */
    Duration readyAfter() {
        return readyAfter;
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    Path home() {
        return home;
    }

    /** The name that its boxes, containers and cgroups bear. */
    String instance() throws IOException {
        return Files.readString(home.resolve("instance")).strip();
    }

    /** Resident memory of the JVM, its children not counted. */
    long residentMebibytes() {
        return Machine.kibibytes("/proc/" + process.pid() + "/status", "VmRSS") / 1024;
    }

    /** What its JVM still refers to, by a full collection. */
    long liveHeapKibibytes() throws IOException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process asked = new ProcessBuilder(jcmd, Long.toString(process.pid()), "GC.class_histogram")
                .redirectErrorStream(true).start();
        String answer = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Matcher total = TOTAL.matcher(answer);
        if (!total.find()) {
            throw new IOException("the server's JVM does not tell its heap: " + answer.strip());
        }
        return Long.parseLong(total.group(1)) / 1024;
    }

    /** The processes of its PostgreSQL. */
    Stream<ProcessHandle> postgres() {
        return handle().descendants().filter(Server::isPostgres);
    }

    /** Every other process below it. */
    Stream<ProcessHandle> guests() {
        return handle().descendants().filter(child -> !isPostgres(child));
    }

    /** Memory of the processes of all sandboxes, each shared page counted once. */
    long guestMebibytes() {
        return guests().mapToLong(child ->
                Machine.kibibytes("/proc/" + child.pid() + "/smaps_rollup", "Pss:")).sum() / 1024;
    }

    private static boolean isPostgres(ProcessHandle child) {
        return child.info().command().map(command -> command.endsWith("/postgres")).orElse(false);
    }

    /** CPU time of the JVM so far, its children not counted. */
    Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    void stop() {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
