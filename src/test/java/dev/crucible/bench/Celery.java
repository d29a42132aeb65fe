package dev.crucible.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.platform.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Celery on one broker. Each opened queue is another one of the same broker. */
final class Celery implements QueueContender {
    static final String PACKAGES = "celery python3-redis redis-server rabbitmq-server";
    private static final String PYTHON = "/usr/bin/python3";
    private static final String SCRIPT = "queue_bench.py";

    private final String name;
    private final Workspace workspace;
    private final Path folder;
    private final Map<String, String> settings;

    private Celery(String name, Workspace workspace, Path folder, Map<String, String> settings) {
        this.name = name;
        this.workspace = workspace;
        this.folder = folder;
        this.settings = settings;
    }

    /** What this machine has of it, and why the rest is not there. */
    record Found(List<Celery> brokers, List<String> missing, String versions) {
        String words() {
            String there = brokers.isEmpty() ? "none" : versions + " on "
                    + String.join(" and ", brokers.stream().map(celery -> celery.name).toList());
            return missing.isEmpty() ? there
                    : there + "; for the rest: apt-get install " + String.join(" ", missing);
        }
    }

    /** Starts what brokers there are. */
    static Found find(Workspace workspace) throws Exception {
        List<Celery> found = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        if (!runs("from celery import Celery")) {
            missing.add("celery");
        } else {
            if (Brokers.redisIsHere() && runs("from redis import Redis")) {
                found.add(onRedis(workspace, "everysec"));
            } else {
                missing.add("redis-server python3-redis");
            }
            if (Brokers.rabbitIsHere()) {
                found.add(new Celery(
                        "RabbitMQ", workspace, script(workspace), Map.of("BENCH_BROKER", Brokers.rabbit(workspace))));
            } else {
                missing.add("rabbitmq-server");
            }
        }
        return new Found(found, missing, found.isEmpty() ? "" : found.get(0).versions());
    }

    private static boolean runs(String line) throws IOException, InterruptedException {
        if (!Files.isExecutable(Path.of(PYTHON))) {
            return false;
        }
        return new ProcessBuilder(PYTHON, "-c", line)
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
    }

    /** On a Redis of its own that makes each command, or each second, durable. */
    static Celery onRedis(Workspace workspace, String fsync) throws Exception {
        String name = fsync.equals("always") ? "Redis, fsync always" : "Redis";
        return new Celery(
                name, workspace, script(workspace), Map.of("BENCH_BROKER", Brokers.redis(workspace, fsync)));
    }

    /** The same broker with a setting of the script's that goes before what the scenario says. */
    Celery with(String suffix, String setting, String value) {
        Map<String, String> more = new HashMap<>(settings);
        more.put(setting, value);
        return new Celery(name + suffix, workspace, folder, more);
    }

    private static Path script(Workspace workspace) throws IOException {
        Path folder = Files.createDirectory(workspace.fresh("celery"));
        try (InputStream script = Celery.class.getResourceAsStream("/bench/celery/" + SCRIPT)) {
            if (script == null) {
                throw new IOException("the class path has no " + SCRIPT);
            }
            Files.copy(script, folder.resolve(SCRIPT));
        }
        return folder;
    }

    @Override
    public String name() {
        return "Celery, " + name;
    }

    boolean redis() {
        return name.startsWith("Redis");
    }

    private String versions() throws Exception {
        try (CeleryQueue queue = open(QueueScenario.plain(1))) {
            return queue.client("versions").path("celery").asText();
        }
    }

    @Override
    public CeleryQueue open(QueueScenario scenario) throws IOException {
        String queue = workspace.fresh("queue").getFileName().toString();
        Path runs = Files.createFile(folder.resolve(queue + ".runs"));
        Map<String, String> environment = new HashMap<>();
        environment.put("BENCH_QUEUE", queue);
        environment.put("BENCH_STARTS", runs.toString());
        environment.put("BENCH_PRIORITIES", scenario.priorities() ? "1" : "0");
        environment.put("BENCH_ACKS_LATE", scenario.acksLate() ? "1" : "0");
        environment.put("BENCH_PREFETCH", Integer.toString(scenario.prefetch()));
        environment.put("BENCH_VISIBILITY", Long.toString(scenario.ours().lease().toSeconds()));
        environment.put("PYTHONDONTWRITEBYTECODE", "1");
        environment.putAll(settings);
        return new CeleryQueue(workspace, folder, environment, runs);
    }

    /** Runs a client of the script to its end. */
    static JsonNode client(Path folder, Map<String, String> environment, List<String> words)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(PYTHON, SCRIPT));
        command.addAll(words);
        Path errors = Files.createTempFile(folder, "client", ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectError(errors.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("Celery's client failed: " + Files.readString(errors));
        }
        return Json.read(answer, JsonNode.class);
    }

    static List<String> worker(int processes, String workerName) {
        return List.of(PYTHON, "-m", "celery", "-A", "queue_bench", "worker", "--pool", "prefork", "--concurrency",
                Integer.toString(processes), "--without-gossip", "--without-mingle", "--hostname", workerName,
                "--loglevel", "ERROR");
    }
}
