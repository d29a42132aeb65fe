/** The command line: {@code serve}, and a client of the HTTP contract for everything else. */
@NullMarked
package dev.crucible.app.cli;

import org.jspecify.annotations.NullMarked;
