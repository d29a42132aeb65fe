package dev.crucible.api;

import static java.util.Objects.requireNonNull;

/**
 * Who asks.
 *
 * @param submitter whose the evaluations are; also the one they take turns by in the queue
 */
public record Caller(String submitter) {
    /** Whoever reaches the server without a key: somebody on this machine. */
    public static final Caller LOCAL = new Caller("local");

    /** The program that this server is embedded in. */
    public static final Caller EMBEDDED = new Caller("embedded");

    public Caller {
        requireNonNull(submitter, "submitter is null");
    }

    /** The name under which the timeline keeps what was done. */
    String actor() {
        return "user:" + submitter;
    }
}
