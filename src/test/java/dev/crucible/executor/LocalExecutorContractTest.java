package dev.crucible.executor;

class LocalExecutorContractTest extends CodeExecutorContract {
    @Override
    protected CodeExecutor over(ExecutorPart local) {
        return local;
    }
}
