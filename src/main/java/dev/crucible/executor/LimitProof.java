package dev.crucible.executor;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * What came of making an engine run a program against one of its own walls.
 *
 * @param name of the wall: {@code memory}, {@code processes}, {@code disk}, {@code output}, {@code cpu_time},
 *     {@code network} or {@code host_files}
 * @param held whether the program was stopped by it
 * @param evidence one sentence: what the program tried and what was seen
 * @param at when it ran
 */
public record LimitProof(String name, boolean held, String evidence, Instant at) {
    public LimitProof {
        requireNonNull(name, "name is null");
        requireNonNull(evidence, "evidence is null");
        requireNonNull(at, "at is null");
    }
}
