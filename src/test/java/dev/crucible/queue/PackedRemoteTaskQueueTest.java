package dev.crucible.queue;

import dev.crucible.platform.http.WireFormat;

/** The contract over HTTP, in MessagePack. */
class PackedRemoteTaskQueueTest extends InMemoryTaskQueueTest {
    private final QueueOverHttp http = new QueueOverHttp(WireFormat.MESSAGE_PACK, null);

    @Override
    protected TaskQueue open(QueueConfig config, SettlementHandler handler) {
        return http.to(super.open(config, handler), time);
    }

    @Override
    protected void close() {
        http.close();
        super.close();
    }
}
