package dev.crucible.executor;

import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.zip.CRC32;

/**
 * How much longer than usual this host takes for what we do ourselves, and by that, how long to wait for it. On a host
 * that is slow or overloaded, waits for our own infrastructure are stretched, up to {@link #LONGEST} times; what a guest
 * may use, of time or of CPU, never is. Thread-safe.
 *
 * <p>The measure is taken at the start, by a short fixed workload of computing and starting processes against what that
 * takes on an ordinary host, and then with every box: how long the latest took to get ready against the first ones.
 */
public final class Patience {
    public static final double LONGEST = 5;
    /** What {@link #workload} takes on an ordinary host that has nothing else to do. */
    private static final Duration USUAL = Duration.ofMillis(12);

    private static final int ROUNDS = 7;
    private static final int PROCESSES = 3;
    private static final int COMPUTED_BYTES = 8 << 20;
    private static final int LATEST = 7;
    /** The first boxes of a kind are what later ones are held against. */
    private static final int FIRST = 5;
    /** What was measured longer ago says nothing about now. */
    private static final long STALE_NANOS = Duration.ofMinutes(2).toNanos();

    private final LongSupplier nanoClock;
    // Guarded by this object's monitor.
    private final Map<String, Kind> kinds = new HashMap<>();
    private double atStart = 1;

    /** The waits as they are, until something is measured. */
    public Patience() {
        this(System::nanoTime);
    }

    /** @param nanoClock as {@link System#nanoTime} */
    Patience(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    private record Sample(long at, long nanos) {}

    private static final class Kind {
        private final long[] first = new long[FIRST];
        private int known;
        private final Deque<Sample> latest = new ArrayDeque<>();
    }

    /** Takes the measure of this host. Lasts a tenth of a second on an ordinary one. */
    public void calibrate() {
        long[] took = new long[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            took[round] = workload();
        }
        calibrated(Duration.ofNanos(median(took)));
    }

    synchronized void calibrated(Duration workload) {
        atStart = bounded(workload.toNanos() / (double) USUAL.toNanos());
    }

    /** A box took so long to get ready. {@code kind} is that of boxes that can be held against each other. */
    public synchronized void prepared(String kind, Duration took) {
        Kind known = kinds.computeIfAbsent(kind, unused -> new Kind());
        if (known.known < FIRST) {
            known.first[known.known++] = took.toNanos();
        }
        known.latest.add(new Sample(nanoClock.getAsLong(), took.toNanos()));
        if (known.latest.size() > LATEST) {
            known.latest.remove();
        }
    }

    /** By what the waits are stretched now: from 1 to {@link #LONGEST}. */
    public synchronized double factor() {
        double slowest = kinds.values().stream().mapToDouble(this::slowdown).filter(s -> s > 0).max().orElse(1);
        return bounded(atStart * slowest);
    }

    /** A wait for something of ours, as long as it should be now. */
    public Duration of(Duration wait) {
        return Duration.ofMillis(Math.round(wait.toMillis() * factor()));
    }

    /** How long the latest took against the first; 0 when that is not known. */
    private double slowdown(Kind kind) {
        long now = nanoClock.getAsLong();
        kind.latest.removeIf(sample -> now - sample.at() > STALE_NANOS);
        if (kind.known < FIRST || kind.latest.size() < FIRST) {
            return 0;
        }
        long usual = Math.max(1, median(kind.first.clone()));
        return median(kind.latest.stream().mapToLong(Sample::nanos).toArray()) / (double) usual;
    }

    private static double bounded(double factor) {
        return Math.min(LONGEST, Math.max(1, factor));
    }

    private static long median(long[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    private static long workload() {
        long start = System.nanoTime();
        CRC32 computed = new CRC32();
        computed.update(new byte[COMPUTED_BYTES]);
        try {
            for (int each = 0; each < PROCESSES; each++) {
                Process process = new ProcessBuilder("/bin/true").redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
                if (!process.waitFor(1, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            }
        } catch (IOException e) {
            // Where no process can be started no box will get ready either, and that says it better.
            return USUAL.toNanos();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return System.nanoTime() - start;
    }
}
