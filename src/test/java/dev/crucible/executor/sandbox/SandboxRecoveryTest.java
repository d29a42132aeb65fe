package dev.crucible.executor.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crucible.executor.ExecutionRequest;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.ExecutorModule;
import dev.crucible.executor.ExecutorPart;
import dev.crucible.executor.Languages;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Submission;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left when the server is killed outright. */
class SandboxRecoveryTest {
    @TempDir
    Path folder;

    @Test
    void a_server_killed_outright_leaves_no_process_and_the_next_one_sweeps_its_cgroups_and_files() throws Exception {
        String instance = "victim" + ProcessHandle.current().pid();
        Process server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp", System.getProperty("java.class.path"),
                        Server.class.getName(), folder.toString(), instance)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(folder.resolve("asleep")));
            List<ProcessHandle> boxes = server.descendants().toList();
            assertThat(boxes).hasSizeGreaterThan(4);

            server.destroyForcibly().waitFor();

            await().atMost(Duration.ofSeconds(5)).until(() -> boxes.stream().noneMatch(ProcessHandle::isAlive));
            ExecutorConfig config = new ExecutorConfig(folder, 4, null, instance);
            SandboxEngine next = new SandboxEngine(config, Languages.load());
            next.sweep();
            next.close();
            assertThat(complaints(folder.resolve("sandbox"))).isEmpty();
            assertThat(cgroups("crucible-" + instance)).isEmpty();
        } finally {
            server.destroyForcibly();
        }
    }

    private static List<Path> complaints(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".err")).toList();
        }
    }

    private static List<Path> cgroups(String name) throws IOException {
        CgroupMounts mounts = CgroupMounts.read(Path.of("/proc/self/mountinfo"), Path.of("/proc/self/cgroup"));
        return mounts.all().stream()
                .flatMap(mount -> mount.candidates().stream())
                .map(parent -> parent.resolve(name))
                .filter(Files::exists)
                .toList();
    }

    /** A server in the middle of its work; it makes the file {@code asleep} once a program sleeps in a box. */
    static final class Server {
        private Server() {}

        public static void main(String[] args) throws IOException {
            ExecutorConfig config = new ExecutorConfig(Path.of(args[0]), 4, null, args[1]);
            Languages languages = Languages.load();
            ExecutorPart executor = ExecutorModule.local(
                    config, List.of(new SandboxEngine(config, languages)), languages, InstantSource.system());
            executor.start();
            EvaluationId id = new EvaluationId("sleeper");
            executor.execute(new ExecutionRequest(id, 1, new Submission(
                    "echo asleep; sleep 600", "bash", "sandbox", 5, Limits.DEFAULTS, "", List.of(), Map.of(), Map.of(),
                    null, null, null)));
            while (executor.progress(id, 0, 0, Duration.ofSeconds(5)).stdout().length == 0) {
                continue;
            }
            Files.createFile(config.folder().resolve("asleep"));
            executor.progress(id, 7, 0, Duration.ofMinutes(5));
        }
    }
}
