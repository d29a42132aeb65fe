package dev.crucible.hostile;

import org.junit.jupiter.api.Tag;

@Tag("docker")
class DockerDifferentialTest extends DifferentialContract {
    DockerDifferentialTest() {
        super(TestEngines.DOCKER);
    }
}
