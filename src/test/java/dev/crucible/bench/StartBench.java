package dev.crucible.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** From the start of the process to {@code /readyz}, with the embedded PostgreSQL. */
final class StartBench {
    private StartBench() {}

    static List<Row> run(Workspace workspace, Options options) throws IOException {
        List<Double> first = new ArrayList<>();
        List<Double> again = new ArrayList<>();
        for (int i = 0; i < options.rounds(3, 1); i++) {
            Path home = workspace.fresh("home");
            first.add(start(workspace, home));
            again.add(start(workspace, home));
        }
        return List.of(row("ready, the first time", first, 6), row("ready, again", again, 3));
    }

    private static double start(Workspace workspace, Path home) throws IOException {
        Server server = workspace.serve(home, Map.of());
        double seconds = server.readyAfter().toNanos() / 1e9;
        Progress.say(String.format(Locale.ROOT, "  ready after %.2f s", seconds));
        workspace.stopAll();
        return seconds;
    }

    private static Row row(String what, List<Double> seconds, double budget) {
        double median = new Samples(seconds.stream().mapToDouble(Double::doubleValue).toArray()).median();
        return Row.alone(
                what + " (median of " + seconds.size() + ")", String.format(Locale.ROOT, "%.2f s", median),
                Row.budget(String.format(Locale.ROOT, "≤ %.0f s", budget), median <= budget));
    }
}
