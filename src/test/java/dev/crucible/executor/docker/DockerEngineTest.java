package dev.crucible.executor.docker;

class DockerEngineTest extends ContainerContract {
    @Override
    Flavour flavour() {
        return Flavour.DOCKER;
    }
}
