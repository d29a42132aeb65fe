/** The fields of a submission that decide how it is run, read from JSON: the same ones wherever a submission is taken. */
@NullMarked
package dev.crucible.platform.submission;

import org.jspecify.annotations.NullMarked;
