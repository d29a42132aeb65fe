package dev.crucible.storage;

import java.time.InstantSource;

class InMemoryEvaluationStoreTest extends EvaluationStoreContract {
    @Override
    EvaluationStore open(InstantSource clock) {
        return StorageModule.inMemory(clock);
    }
}
