package dev.crucible.app;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where the modules of this process listen for the others, when not all of them are here. */
final class Edges {
    private final Map<String, URI> uris = new LinkedHashMap<>();

    Map<String, URI> uris() {
        return uris;
    }
}
