package dev.crucible.queue;

import dev.crucible.platform.http.WireFormat;

/** The contract over HTTP, with a service whose queue survives. */
class RemoteJournaledTaskQueueTest extends JournaledTaskQueueTest {
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
