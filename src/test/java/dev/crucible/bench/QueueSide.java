package dev.crucible.bench;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A queue with those who send and those who work, opened for one measurement and empty at first. */
interface QueueSide extends AutoCloseable {
    /** What the tasks of one call have in common: a word to find them by, how long each sleeps, and its level. */
    record Kind(String word, int millis, boolean urgent) {
        static Kind noop(String word) {
            return new Kind(word, 0, false);
        }
    }

    /** Sends as many as fast as one sender can, in batches where there are any. */
    void fill(int count, Kind kind) throws Exception;

    /** Sends as many, a multiple of 32, one by one from as many clients as serve it best. */
    void burst(int count, Kind kind) throws Exception;

    /** Sends one each interval, from one client. */
    void pace(int count, Duration interval, Kind kind) throws Exception;

    /**
     * Keeps {@code ready} urgent tasks ready for so long.
     *
     * @return when it ended, on the clock of {@link TaskRun}
     */
    double flood(Duration time, int ready, Kind kind) throws Exception;

    /** Starts workers that run as many tasks at a time. */
    void work(int slots) throws Exception;

    /** The slots with which it drains no-op tasks fastest. */
    int manySlots();

    /** What has run so far, of one kind. */
    List<TaskRun> runs(String kind) throws Exception;

    /** Waits until so many of a kind have run. */
    default List<TaskRun> await(String kind, int count, Duration patience) throws Exception {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            List<TaskRun> runs = runs(kind);
            if (runs.size() >= count) {
                return runs;
            }
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("only " + runs.size() + " of " + count + " tasks ran");
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
