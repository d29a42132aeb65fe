/** The gateway: validates, stores, enqueues, and answers. */
@NullMarked
package dev.crucible.api;

import org.jspecify.annotations.NullMarked;
