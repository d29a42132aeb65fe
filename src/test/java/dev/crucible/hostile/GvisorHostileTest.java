package dev.crucible.hostile;

import org.junit.jupiter.api.Tag;

@Tag("docker")
class GvisorHostileTest extends HostileContract {
    GvisorHostileTest() {
        super(TestEngines.GVISOR);
    }
}
