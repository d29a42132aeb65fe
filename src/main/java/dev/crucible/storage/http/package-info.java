/** Both ends of the storage service's wire. */
@NullMarked
package dev.crucible.storage.http;

import org.jspecify.annotations.NullMarked;
