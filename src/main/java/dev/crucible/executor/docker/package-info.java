/** Containers of a local Docker engine as boxes: {@code docker} with its default runtime, {@code gvisor} with runsc. */
@NullMarked
package dev.crucible.executor.docker;

import org.jspecify.annotations.NullMarked;
