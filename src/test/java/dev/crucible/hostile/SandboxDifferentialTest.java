package dev.crucible.hostile;

class SandboxDifferentialTest extends DifferentialContract {
    SandboxDifferentialTest() {
        super(TestEngines.SANDBOX);
    }
}
