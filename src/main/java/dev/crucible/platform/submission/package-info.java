/** Reads the parts of a submission that every edge takes alike, strictly, and says what is wrong field by field. */
@NullMarked
package dev.crucible.platform.submission;

import org.jspecify.annotations.NullMarked;
