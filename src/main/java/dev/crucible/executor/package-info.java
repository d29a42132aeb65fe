/** Runs one submission in a sandbox and tells the truth about it. Knows no queue and no database. */
@NullMarked
package dev.crucible.executor;

import org.jspecify.annotations.NullMarked;
