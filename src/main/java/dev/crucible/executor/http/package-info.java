/** The executor as a service of its own: both ends of its wire. */
@NullMarked
package dev.crucible.executor.http;

import org.jspecify.annotations.NullMarked;
