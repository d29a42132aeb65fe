package dev.crucible.hostile;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.crucible.executor.Engine;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.Languages;
import dev.crucible.executor.docker.ContainerEngine;
import dev.crucible.executor.docker.ContainerLeftovers;
import dev.crucible.executor.sandbox.SandboxEngine;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The real engines that these suites run against, as far as this machine has them. */
enum TestEngines {
    SANDBOX {
        @Override
        Engine make(ExecutorConfig config, Languages languages) {
            return new SandboxEngine(config, languages);
        }
    },
    DOCKER {
        @Override
        Engine make(ExecutorConfig config, Languages languages) {
            return ContainerEngine.docker(config, languages.all());
        }
    },
    GVISOR {
        @Override
        Engine make(ExecutorConfig config, Languages languages) {
            return ContainerEngine.gvisor(config, languages.all());
        }

        /**
         * gVisor has no call to say where a process's arguments and environment are shown from, and answers the question
         * for a descriptor's owner with whatever number it finds.
         */
        @Override
        Set<String> tellForksApart() {
            return Set.of("cmdline_proc.py", "environment_proc.py", "descriptor_flags.py");
        }
    };

    /** Differential programs that see the difference there by construction; docs/security.md names them. */
    Set<String> tellForksApart() {
        return Set.of();
    }

    abstract Engine make(ExecutorConfig config, Languages languages);

    /** Settings for it; skips the test, with the reason in its report, where it needs a Docker engine and there is none. */
    ExecutorConfig config(Path folder, int places) {
        String instance = "hostile" + ProcessHandle.current().pid() + name().toLowerCase(Locale.ROOT);
        return new ExecutorConfig(folder, places, this == SANDBOX ? null : dockerHost(), instance);
    }

    /** What containers a closed executor left. */
    Supplier<List<String>> containersLeft(ExecutorConfig config) {
        return this == SANDBOX ? List::of : () -> ContainerLeftovers.of(config);
    }

    private static @Nullable String dockerHost() {
        Optional<String> host = Optional.ofNullable(System.getenv("TEST_DOCKER_HOST"))
                .or(() -> Optional.ofNullable(System.getenv("DOCKER_HOST")));
        assumeTrue(host.isPresent(), "no Docker engine: TEST_DOCKER_HOST and DOCKER_HOST are not set");
        return host.get();
    }
}
