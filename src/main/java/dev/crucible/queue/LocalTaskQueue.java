package dev.crucible.queue;

import dev.crucible.kernel.Part;

/** A queue in this process, with threads of its own: started and closed by the composition root. */
public sealed interface LocalTaskQueue extends TaskQueue, Part permits PriorityTaskQueue {}
