package dev.crucible.executor.docker;

class DockerLanguagesTest extends ContainerLanguagesContract {
    @Override
    Flavour flavour() {
        return Flavour.DOCKER;
    }
}
