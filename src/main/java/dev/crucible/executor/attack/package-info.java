/** The hostile suite: programs that try to break out, and the runner that shows that they do not. */
@NullMarked
package dev.crucible.executor.attack;

import org.jspecify.annotations.NullMarked;
