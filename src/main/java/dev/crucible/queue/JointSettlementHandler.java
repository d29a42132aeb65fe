package dev.crucible.queue;

import java.util.List;

/**
 * A handler that keeps its records in the queue's database, so that a result and its record can be one transaction: the
 * result is never durable without being settled, and never settled without being durable.
 */
public interface JointSettlementHandler extends SettlementHandler {
    /**
     * Called on a thread that is in a transaction of the queue's database. What the handler writes becomes part of it.
     * When it throws, or when the commit fails, nothing of it has happened, and the same results come to {@link #settle}
     * or here again.
     *
     * @return what to do about each result once it is committed, in the same order; not done when it is not
     */
    List<Runnable> settleWithin(List<Settlement.Finished> results);
}
