/** The one JSON mapper. */
@NullMarked
package dev.crucible.platform.json;

import org.jspecify.annotations.NullMarked;
