package dev.crucible.events;

import dev.crucible.platform.http.WireFormat;

class PackedRemoteEventBusTest extends RemoteEventBusTest {
    @Override
    WireFormat format() {
        return WireFormat.MESSAGE_PACK;
    }
}
