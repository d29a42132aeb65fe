package dev.crucible.hostile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.crucible.kernel.evaluation.Isolation;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.platform.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A small program that looks at one thing a warm start could change. What it is given stands in a line of its own that
 * begins with a comment sign and a colon, as JSON.
 */
record DifferentialProgram(String name, String language, String code, JsonNode given) {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Map<String, String> LANGUAGES = Map.of("py", "python", "sh", "bash", "js", "javascript");

    static List<DifferentialProgram> all() {
        try (Stream<Path> files = Files.list(Path.of(DifferentialProgram.class.getResource("/differential").toURI()))) {
            return files.sorted().map(DifferentialProgram::read).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static DifferentialProgram read(Path file) {
        try {
            String name = file.getFileName().toString();
            String code = Files.readString(file, StandardCharsets.UTF_8);
            JsonNode given = MissingNode.getInstance();
            for (String line : code.lines().toList()) {
                if (line.startsWith("#: ")) {
                    given = Json.MAPPER.readTree(line.substring("#: ".length()));
                }
            }
            return new DifferentialProgram(
                    name, LANGUAGES.get(name.substring(name.lastIndexOf('.') + 1)), code, given);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Submission on(String engine, Isolation isolation) {
        Limits usual = Limits.DEFAULTS;
        Limits limits = new Limits(
                TIMEOUT, TIMEOUT, usual.memoryBytes(), usual.cpuMillis(), usual.diskBytes(), usual.outputBytes(), usual.pids());
        List<String> args = new ArrayList<>();
        given.path("args").forEach(arg -> args.add(arg.asText()));
        Map<String, String> env = new HashMap<>();
        given.path("env").fields().forEachRemaining(entry -> env.put(entry.getKey(), entry.getValue().asText()));
        String stdin = given.path("stdin").asText("") + "0123456789".repeat(given.path("stdin_repeat").asInt(0) / 10);
        return new Submission(
                code, language, engine, Submission.DEFAULT_PRIORITY, limits, stdin, args, env, Map.of(), null, null, null,
                List.of(), null, isolation, List.of(), false, List.of());
    }

    @Override
    public String toString() {
        return name;
    }
}
