package dev.crucible.bench;

import dev.crucible.executor.Languages;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The Docker engine that DOCKER_HOST names, by Docker's own command. */
final class Docker {
    private static final String USUAL = "unix:///var/run/docker.sock";

    private final List<String> command;
    private final String image;

    private Docker(List<String> command, String image) {
        this.command = command;
        this.image = image;
    }

    /** Empty, and said so, when there is no engine, no command, or no image of Python's. */
    static Optional<Docker> find(Workspace workspace) throws IOException {
        Optional<Path> program = program();
        if (program.isEmpty()) {
            Progress.say("  there is no docker command, so nothing is compared with docker run");
            return Optional.empty();
        }
        String image = Languages.load().find("python").orElseThrow().image();
        Docker docker = new Docker(
                List.of(program.get().toString(), "--config", workspace.fresh("docker").toString(), "--host", host()),
                String.valueOf(image));
        try {
            docker.ask("image", "inspect", "--format", "{{.Id}}", docker.image);
            return Optional.of(docker);
        } catch (IOException e) {
            Progress.say("  nothing is compared with docker run: " + e.getMessage());
            return Optional.empty();
        }
    }

    static String host() {
        String named = System.getenv("DOCKER_HOST");
        return named == null || named.isEmpty() ? USUAL : named;
    }

    private static Optional<Path> program() {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "/usr/bin").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "docker")).filter(Files::isExecutable).findFirst();
    }

    boolean has(String runtime) throws IOException {
        return List.of(ask("info", "--format", "{{range $name, $runtime := .Runtimes}}{{$name}} {{end}}").split("\\s+"))
                .contains(runtime);
    }

    /** The words that run a program in a container of its own with no network. */
    List<String> run(String runtime, List<String> program) {
        List<String> words = new ArrayList<>(command);
        words.addAll(List.of("run", "--rm", "--network", "none", "--runtime", runtime, image));
        words.addAll(program);
        return words;
    }

    /** The containers of one server, whatever they do. */
    long containers(String instance) throws IOException {
        return ask("ps", "--all", "--quiet", "--filter", "label=dev.crucible.instance=" + instance).lines().count();
    }

    private String ask(String... words) throws IOException {
        List<String> all = new ArrayList<>(command);
        all.addAll(List.of(words));
        Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (process.waitFor() != 0) {
                throw new IOException(output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return output;
    }
}
