/** The task queue. {@link dev.crucible.queue.TaskQueue} is the whole face; the priority queue and its journal are package-private. */
@NullMarked
package dev.crucible.queue;

import org.jspecify.annotations.NullMarked;
