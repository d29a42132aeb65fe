package dev.crucible.executor.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crucible.executor.Engine;
import dev.crucible.executor.EngineContract;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.Languages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

class SandboxEngineTest extends EngineContract {
    @Override
    protected Engine engine(ExecutorConfig config, Languages languages) {
        return new SandboxEngine(config, languages);
    }

    @Override
    protected void assertNothingIsLeft(ExecutorConfig config) {
        // The kernel removes no group that holds a process: without groups there is no process of a box either.
        await().atMost(Duration.ofSeconds(5)).untilAsserted(
                () -> assertThat(groups("crucible-" + config.instance())).isEmpty());
        try (Stream<Path> files = Files.list(config.folder().resolve("sandbox"))) {
            assertThat(files.filter(file -> file.toString().endsWith(".err"))).isEmpty();
            assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(config.folder().toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> groups(String name) {
        try (Stream<Path> all = Files.find(
                Path.of("/sys/fs/cgroup"), 8, (path, attributes) -> path.getFileName().toString().equals(name))) {
            return all.toList();
        } catch (IOException | UncheckedIOException e) {
            return groups(name);
        }
    }
}
