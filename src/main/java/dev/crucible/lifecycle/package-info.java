/** The one writer of statuses: applies each change through the state machine, persists it and emits its event. */
@NullMarked
package dev.crucible.lifecycle;

import org.jspecify.annotations.NullMarked;
