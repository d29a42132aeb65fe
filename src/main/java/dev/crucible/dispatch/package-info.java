/** The worker: lease, run, record, report. Sees faces only. */
@NullMarked
package dev.crucible.dispatch;

import org.jspecify.annotations.NullMarked;
