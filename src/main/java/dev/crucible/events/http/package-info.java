/** Both ends of the wire over which events travel between processes. */
@NullMarked
package dev.crucible.events.http;

import org.jspecify.annotations.NullMarked;
