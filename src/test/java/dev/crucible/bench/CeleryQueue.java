package dev.crucible.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A queue of Celery's with its worker and clients. */
final class CeleryQueue implements QueueSide {
    /** As many as the machine has cores; a client that writes in Python fills one. */
    private static final int PRODUCERS = Runtime.getRuntime().availableProcessors();

    private final Workspace workspace;
    private final Path folder;
    private final Map<String, String> environment;
    private final Path runs;
    private final List<Daemon> workers = new ArrayList<>();

    CeleryQueue(Workspace workspace, Path folder, Map<String, String> environment, Path runs) {
        this.workspace = workspace;
        this.folder = folder;
        this.environment = environment;
        this.runs = runs;
    }

    JsonNode client(Object... words) throws IOException, InterruptedException {
        return Celery.client(folder, environment, List.of(words).stream().map(Object::toString).toList());
    }

    /** How long each of the calls took that send one task, or a group of them, for so long. */
    Load.Result submits(Duration time, int batch) throws IOException, InterruptedException {
        JsonNode done = client("submit", time.toMillis() / 1000.0, PRODUCERS, batch);
        List<Double> millis = new ArrayList<>();
        done.path("millis").forEach(one -> millis.add(one.asDouble()));
        return new Load.Result(Samples.of(millis), done.path("seconds").asDouble());
    }

    /** What the broker holds, which only Redis tells. */
    long bytes() throws IOException, InterruptedException {
        return client("memory").path("bytes").asLong();
    }

    @Override
    public void fill(int count, Kind kind) throws Exception {
        pace(count, Duration.ZERO, kind);
    }

    @Override
    public void burst(int count, Kind kind) throws Exception {
        pace(count, Duration.ZERO, kind);
    }

    @Override
    public void pace(int count, Duration interval, Kind kind) throws Exception {
        client("pace", count, interval.toMillis(), kind.word(), kind.millis(), kind.urgent() ? "high" : "low");
    }

    @Override
    public double flood(Duration time, int ready, Kind kind) throws Exception {
        return client("flood", time.toSeconds(), ready, kind.word(), kind.millis()).path("end").asDouble();
    }

    @Override
    public void work(int slots) throws Exception {
        worker(slots);
    }

    Daemon worker(int processes) throws IOException {
        Daemon worker = workspace.daemon(
                Celery.worker(processes, "worker" + workers.size() + "@" + runs.getFileName()), environment, folder);
        workers.add(worker);
        return worker;
    }

    @Override
    public int manySlots() {
        return Runtime.getRuntime().availableProcessors();
    }

    @Override
    public List<TaskRun> runs(String kind) throws IOException {
        String text = Files.readString(runs);
        return text.substring(0, text.lastIndexOf('\n') + 1).lines()
                .filter(line -> line.startsWith(kind + " "))
                .map(line -> line.split(" "))
                .map(word -> new TaskRun(
                        word[0], Double.parseDouble(word[1]), Double.parseDouble(word[2]), Double.parseDouble(word[2]),
                        Long.parseLong(word[3])))
                .toList();
    }

    @Override
    public void close() {
        workers.forEach(Daemon::kill);
    }
}
