package dev.crucible.events;

import dev.crucible.kernel.Part;

/** A bus in this process, with a thread of its own: started and closed by the composition root. */
public sealed interface LocalEventBus extends EventBus, Part permits OutboxEventBus {}
