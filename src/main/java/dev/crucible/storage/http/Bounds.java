package dev.crucible.storage.http;

/** How much the service takes at once. */
final class Bounds {
    /** A batch of records with their code, or of results with the heads of their outputs. */
    static final long BODY_BYTES = 64L << 20;

    static final long QUERY_BYTES = 256L << 10;

    /** The bodies of all requests together. */
    static final long BODIES_AT_ONCE = 192L << 20;

    /** One output or one file. */
    static final long OUTPUT_BYTES = 1L << 30;

    private Bounds() {}
}
