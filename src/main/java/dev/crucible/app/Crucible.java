package dev.crucible.app;

import dev.crucible.executor.EngineStatus;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

public final class Crucible implements RunningServer {
    private Crucible() {}
    public static Crucible start(CrucibleConfig config, Consumer<String> progress) throws Exception {
        DataFolder.prepare(config.home());
        progress.accept("starting the embedded database");
        Thread.sleep(300);
        return new Crucible();
    }
    public static List<EngineStatus> probeEngines(CrucibleConfig config) {
        return List.of(new EngineStatus("sandbox", true, "0.8.0", "bubblewrap 0.8.0 with cgroups v1.", null, List.of(),
            Map.of("python", new EngineStatus.LanguageStatus(true, "3.11", null, null))));
    }
    public URI uri() { return URI.create("http://127.0.0.1:8080/"); }
    public String engineSummary() { return "sandbox, the strongest that works here"; }
    public void close() {}
}
