/** What happened, in order per evaluation, to whoever subscribed. */
@NullMarked
package dev.crucible.events;

import org.jspecify.annotations.NullMarked;
