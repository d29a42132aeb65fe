/** {@code ./run.sh bench}: what is measured, against what, and the table it prints. */
@NullMarked
package dev.crucible.bench;

import org.jspecify.annotations.NullMarked;
