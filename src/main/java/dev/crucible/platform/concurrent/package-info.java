/** Named threads: virtual where the runtime has them, daemon threads elsewhere. */
@NullMarked
package dev.crucible.platform.concurrent;

import org.jspecify.annotations.NullMarked;
