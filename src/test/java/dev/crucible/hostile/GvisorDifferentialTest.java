package dev.crucible.hostile;

import org.junit.jupiter.api.Tag;

@Tag("docker")
class GvisorDifferentialTest extends DifferentialContract {
    GvisorDifferentialTest() {
        super(TestEngines.GVISOR);
    }
}
