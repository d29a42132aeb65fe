package dev.crucible.executor.pool;

import dev.crucible.kernel.evaluation.Isolation;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The boxes of one shape, and how many of them are wanted: for runs that take any box as many as have served such runs at
 * once lately and one more, those that serve now included; and beside them, while cold runs are asked for, as many as have
 * served those at once and one more that wait and have never served. Where that is more than there may be, either kind of
 * run is left half of it. Guarded by the pool.
 *
 * @param <S> what a box is made with
 * @param <B> the boxes
 */
final class Shelf<S, B extends PooledBox> {
    /** So many beyond the recent peak: one that is being tidied must not make the next run wait. */
    private static final int SPARE = 1;

    private final S shape;
    private final int most;
    /** What came back last is in front, for its memory is the warmest; what has never served is at the end. */
    private final Deque<B> ready = new ArrayDeque<>();

    private final RecentPeak warm;
    private final RecentPeak cold;
    private int coming;
    private long askedAt;

    /** @param most boxes that there may be in all */
    Shelf(S shape, int most, long now) {
        this.shape = shape;
        this.most = most;
        this.warm = new RecentPeak(now);
        this.cold = new RecentPeak(now);
        this.askedAt = now;
    }

    S shape() {
        return shape;
    }

    long askedAt() {
        return askedAt;
    }

    /** One serves a run of this kind from now on. */
    void lend(Isolation isolation, long now) {
        askedAt = now;
        kind(isolation).change(1, now);
    }

    /** It does not any more. */
    void unlend(Isolation isolation, long now) {
        kind(isolation).change(-1, now);
    }

    /** As if so many had just served at once. */
    void expect(Isolation isolation, int count, long now) {
        kind(isolation).remember(count, now);
    }

    /** So many more or fewer are being made ahead. */
    void coming(int change) {
        coming += change;
    }

    void add(B box) {
        if (box.runs() == 0) {
            ready.addLast(box);
        } else {
            ready.addFirst(box);
        }
    }

    /** Takes the next for such a run off the shelf. A cold one gets one that has not served. */
    @Nullable B next(Isolation isolation) {
        return isolation == Isolation.WARM ? ready.poll() : first(ready.iterator(), box -> box.runs() == 0);
    }

    /** Takes the one off the shelf that is missed the least: one that has served, if there is one, and that long ago. */
    @Nullable B least() {
        B used = first(ready.descendingIterator(), box -> box.runs() > 0);
        return used == null ? ready.pollLast() : used;
    }

    /** Takes one off the shelf of the kind of which more wait, so that neither kind of run goes without for the other. */
    @Nullable B oneOfTheMore() {
        return 2 * unused() > ready.size() ? ready.pollLast() : least();
    }

    int ready() {
        return ready.size();
    }

    int inUse() {
        return warm.now() + cold.now();
    }

    int alive() {
        return ready.size() + inUse() + coming;
    }

    int peak(long now) {
        return warm.peak(now) + cold.peak(now);
    }

    /** Whether nobody has asked for a while. */
    boolean idle(long now) {
        return peak(now) == 0;
    }

    /**
     * How many there should be, those that serve a warm run included.
     *
     * @param least of them when nobody has asked for a while
     * @param lean whether there should be no spare ones
     */
    int wanted(int least, boolean lean, long now) {
        return wantedWarm(least, lean, now) + wantedUnused(lean, now);
    }

    /** Whether one should be made. */
    boolean lacks(int least, boolean lean, long now) {
        int unused = unused() + coming;
        return unused < wantedUnused(lean, now) || forWarm(unused, lean, now) < wantedWarm(least, lean, now);
    }

    /** Whether one more that has served would be of use. */
    boolean wantsUsed(int least, boolean lean, long now) {
        return forWarm(unused(), lean, now) < wantedWarm(least, lean, now);
    }

    /** How many of those that wait are too many. */
    int surplus(int least, boolean lean, long now) {
        return Math.min(ready.size(), forWarm(unused(), lean, now) - wantedWarm(least, lean, now));
    }

    private int wantedWarm(int least, boolean lean, long now) {
        if (lean) {
            return warm.latest(now);
        }
        int peak = warm.peak(now);
        int wanted = peak == 0 ? least : Math.max(least, peak + SPARE);
        return Math.min(wanted, Math.max(most - most / 2, most - wantedUnused(lean, now) - cold.now()));
    }

    private int wantedUnused(boolean lean, long now) {
        int peak = cold.peak(now);
        return lean || peak == 0 ? 0 : Math.min(peak + SPARE, most / 2);
    }

    /** How many serve warm runs or could, so many unused ones given. */
    private int forWarm(int unused, boolean lean, long now) {
        int used = ready.size() - unused();
        return used + warm.now() + Math.max(0, unused - wantedUnused(lean, now));
    }

    private int unused() {
        return (int) ready.stream().filter(box -> box.runs() == 0).count();
    }

    private @Nullable B first(Iterator<B> boxes, Predicate<B> which) {
        while (boxes.hasNext()) {
            B box = boxes.next();
            if (which.test(box)) {
                boxes.remove();
                return box;
            }
        }
        return null;
    }

    private RecentPeak kind(Isolation isolation) {
        return isolation == Isolation.WARM ? warm : cold;
    }
}
