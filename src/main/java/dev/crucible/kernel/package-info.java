/** Ids, error codes and values shared by every module. Depends on the JDK alone and does no I/O. */
@NullMarked
package dev.crucible.kernel;

import org.jspecify.annotations.NullMarked;
