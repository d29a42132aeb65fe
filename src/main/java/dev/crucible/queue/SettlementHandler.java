package dev.crucible.queue;

import java.util.List;

/** Takes settlements from the queue. Called by one thread; when it throws, the same settlements come again later. */
@FunctionalInterface
public interface SettlementHandler {
    void settle(List<Settlement> settlements);
}
