package dev.crucible.executor.sandbox;

import dev.crucible.executor.Engine;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.Languages;
import dev.crucible.executor.SupervisorBinary.Form;
import java.util.Optional;

/** The engine on a host whose build had no compiler. */
class SandboxScriptedSupervisorTest extends SandboxEngineTest {
    @Override
    protected Engine engine(ExecutorConfig config, Languages languages) {
        return new SandboxEngine(
                config, languages, () -> CgroupDriver.detect("crucible-" + config.instance()), Optional.of(Form.SCRIPT));
    }
}
