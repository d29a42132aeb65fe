/** The composition root, the configuration and the command line. */
@NullMarked
package dev.crucible.app;

import org.jspecify.annotations.NullMarked;
