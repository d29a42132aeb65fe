/** Boxes that are made ahead and serve one run after the other, for every engine alike. */
@NullMarked
package dev.crucible.executor.pool;

import org.jspecify.annotations.NullMarked;
