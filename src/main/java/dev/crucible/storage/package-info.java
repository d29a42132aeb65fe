/** Where evaluations and their outputs are kept. */
@NullMarked
package dev.crucible.storage;

import org.jspecify.annotations.NullMarked;
