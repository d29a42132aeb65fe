package dev.crucible.executor.sandbox;

import dev.crucible.executor.Engine;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.Languages;
import dev.crucible.executor.PoolContract;

class SandboxPoolTest extends PoolContract {
    @Override
    protected Engine engine(ExecutorConfig config, Languages languages) {
        return new SandboxEngine(config, languages);
    }

    @Override
    protected int warmRuns() {
        return 200;
    }
}
