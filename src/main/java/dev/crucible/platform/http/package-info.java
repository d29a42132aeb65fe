/** What every HTTP edge shares: server set-up, problem documents, request ids, bounded bodies. */
@NullMarked
package dev.crucible.platform.http;

import org.jspecify.annotations.NullMarked;
