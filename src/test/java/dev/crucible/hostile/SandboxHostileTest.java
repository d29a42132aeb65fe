package dev.crucible.hostile;

class SandboxHostileTest extends HostileContract {
    SandboxHostileTest() {
        super(TestEngines.SANDBOX);
    }
}
