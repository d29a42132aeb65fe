package dev.crucible.executor.attack;

import dev.crucible.executor.RunResult;
import dev.crucible.executor.attack.Guests.Ran;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Reason;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An innocent evaluation that runs beside an attack and must come to its end as if there were none. */
final class Neighbour {
    private static final int ROUNDS = 40 * 500;
    private static final Duration TIMEOUT = Duration.ofSeconds(120);
    private static final int CALM_RUNS = 3;
    /** A host may be busy with other things; a neighbour that an attack starves takes far longer than this. */
    private static final int FACTOR = 10;

    private static final long GRACE_MILLIS = 10_000;

    private final Guests guests;
    private final Limits limits;
    private final String expected;
    private long aloneMillis = -1;

    Neighbour(Guests guests) {
        this.guests = guests;
        Limits usual = Limits.DEFAULTS;
        this.limits = new Limits(
                TIMEOUT, TIMEOUT, usual.memoryBytes(), usual.cpuMillis(), usual.diskBytes(), usual.outputBytes(), usual.pids());
        this.expected = digest() + " " + (1 << 20) + " child\n";
    }

    /** Takes its time with nobody beside it, once. @throws IllegalStateException if it does not even run then */
    synchronized void measureAlone() {
        if (aloneMillis >= 0) {
            return;
        }
        List<Long> millis = new ArrayList<>();
        for (int i = 0; i < CALM_RUNS; i++) {
            Ran ran = await(start());
            if (ran.result() == null || ran.result().reason() != Reason.OK || !ran.stdout().equals(expected)) {
                throw new IllegalStateException("an innocent program does not run here even without an attack: "
                        + describe(ran.result()) + " " + ran.output());
            }
            millis.add(ran.result().usage().wallMillis());
        }
        millis.sort(null);
        aloneMillis = millis.get(CALM_RUNS / 2);
    }

    EvaluationId start() {
        return guests.start(guests.plain(AttackCatalogue.neighbour(), limits, Map.of()));
    }

    Ran await(EvaluationId id) {
        return guests.await(id, limits);
    }

    /** What happened to it that should not have. */
    List<String> harm(Ran ran) {
        RunResult result = ran.result();
        if (result == null || result.reason() != Reason.OK) {
            return List.of("its neighbour did not end well: " + describe(result));
        }
        List<String> harm = new ArrayList<>();
        if (!ran.stdout().equals(expected) || ran.err().length > 0) {
            harm.add("its neighbour wrote something else: " + ran.output());
        }
        long most = FACTOR * aloneMillis + GRACE_MILLIS;
        if (result.usage().wallMillis() > most) {
            harm.add("its neighbour took " + result.usage().wallMillis() + " ms instead of " + aloneMillis + " ms");
        }
        return harm;
    }

    private static String describe(@Nullable RunResult result) {
        return result == null ? "it did not end" : result.reason().wire() + ", " + result.detail();
    }

    private static String digest() {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            byte[] digest = "neighbour".getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < ROUNDS; i++) {
                digest = sha.digest(digest);
            }
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
