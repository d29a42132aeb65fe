package dev.crucible.executor.docker;

import dev.crucible.executor.Engine;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.Languages;
import dev.crucible.executor.PoolContract;
import org.junit.jupiter.api.Tag;

@Tag("docker")
class GvisorPoolTest extends PoolContract {
    @Override
    protected Engine engine(ExecutorConfig config, Languages languages) {
        return ContainerEngine.gvisor(TestDocker.reaching(config), languages.all());
    }

    @Override
    protected int warmRuns() {
        return 30;
    }
}
