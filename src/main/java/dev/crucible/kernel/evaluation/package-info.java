/** What an evaluation is: its submission, its statuses (the one state machine), its limits and its outcome. Pure values. */
@NullMarked
package dev.crucible.kernel.evaluation;

import org.jspecify.annotations.NullMarked;
