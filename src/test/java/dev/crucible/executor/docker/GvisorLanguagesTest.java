package dev.crucible.executor.docker;

class GvisorLanguagesTest extends ContainerLanguagesContract {
    @Override
    Flavour flavour() {
        return Flavour.GVISOR;
    }
}
