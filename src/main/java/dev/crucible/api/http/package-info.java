/** The public routes, the WebSocket, and the document that describes them. */
@NullMarked
package dev.crucible.api.http;

import org.jspecify.annotations.NullMarked;
