package dev.crucible.storage;

import dev.crucible.platform.http.WireFormat;

class PackedRemoteEvaluationStoreTest extends RemoteEvaluationStoreTest {
    @Override
    WireFormat format() {
        return WireFormat.MESSAGE_PACK;
    }
}
