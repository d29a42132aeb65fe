package dev.crucible.queue;

import dev.crucible.platform.http.WireFormat;

/** The contract over HTTP, in JSON. */
class RemoteTaskQueueTest extends InMemoryTaskQueueTest {
    private final QueueOverHttp http = new QueueOverHttp(WireFormat.JSON, null);

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
