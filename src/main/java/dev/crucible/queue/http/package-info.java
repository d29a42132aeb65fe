/** The queue as its own HTTP service: both ends of its wire. */
@NullMarked
package dev.crucible.queue.http;

import org.jspecify.annotations.NullMarked;
