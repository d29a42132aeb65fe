package dev.crucible.kernel;

import static java.util.Objects.requireNonNull;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.Set;

/**
 * Makes evaluation ids. Ids of one instance never repeat; two instances may meet (32 random bits a second), so a store
 * that refuses an id as taken asks for another. Thread-safe.
 */
public final class EvaluationIds {
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("yyyyMMdd_HHmmss").withZone(ZoneOffset.UTC);

    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final Set<Integer> usedThisSecond = new HashSet<>();
    private long second = Long.MIN_VALUE;
    private String prefix = "";

    public EvaluationIds(InstantSource clock) {
        this.clock = requireNonNull(clock, "clock is null");
    }

    public synchronized EvaluationId next() {
        Instant now = clock.instant();
        if (now.getEpochSecond() != second) {
            second = now.getEpochSecond();
            prefix = "eval_" + SECOND.format(now) + "_";
            usedThisSecond.clear();
        }
        int suffix = random.nextInt();
        while (!usedThisSecond.add(suffix)) {
            suffix = random.nextInt();
        }
        return new EvaluationId(prefix + String.format("%08x", suffix));
    }
}
