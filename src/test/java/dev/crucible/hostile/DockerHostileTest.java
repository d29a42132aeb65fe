package dev.crucible.hostile;

import org.junit.jupiter.api.Tag;

@Tag("docker")
class DockerHostileTest extends HostileContract {
    DockerHostileTest() {
        super(TestEngines.DOCKER);
    }
}
