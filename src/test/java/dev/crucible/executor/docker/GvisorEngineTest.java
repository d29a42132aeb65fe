package dev.crucible.executor.docker;

class GvisorEngineTest extends ContainerContract {
    @Override
    Flavour flavour() {
        return Flavour.GVISOR;
    }

    @Override
    protected boolean guestsHaveTheirOwnKernel() {
        return true;
    }
}
