package dev.crucible.executor.pool;

import dev.crucible.executor.PoolFigures;
import dev.crucible.executor.pool.PoolCounts.Cause;
import dev.crucible.kernel.evaluation.Isolation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which boxes there are, which of them serve, and how many of each shape there should be. It destroys none itself: what
 * it hands out to be destroyed it has forgotten. Times are in nanoseconds of any one clock. Guarded by the pool.
 *
 * @param <S> what a box is made with
 * @param <B> the boxes
 */
final class Stock<S, B extends PooledBox> {
    /**
     * A box that serves.
     *
     * @param end why it would be destroyed, if it were now
     */
    private record Loan<S, B extends PooledBox>(Shelf<S, B> shelf, Isolation isolation, Cause end) {}

    private final BoxPool.Size size;
    private final Map<S, Shelf<S, B>> shelves = new HashMap<>();
    private final Map<B, Loan<S, B>> loans = new HashMap<>();
    private final PoolCounts counts = new PoolCounts();
    /** Whether there should be no more than is needed right now. */
    private boolean lean;

    Stock(BoxPool.Size size) {
        this.size = size;
    }

    void lean(boolean now) {
        lean = now;
    }

    /** A box for a run that begins now; null when one has to be made, and then it is {@link #lent} or {@link #missed}. */
    @Nullable B take(S shape, Isolation isolation, long now) {
        Shelf<S, B> shelf = shelf(shape, now);
        shelf.lend(isolation, now);
        B box = shelf.next(isolation);
        if (box != null) {
            lent(box, shape, isolation, now);
        }
        return box;
    }

    void found(boolean ready) {
        counts.found(ready);
    }

    void lent(B box, S shape, Isolation isolation, long now) {
        loans.put(box, new Loan<>(shelf(shape, now), isolation, Cause.BROKEN));
    }

    void missed(S shape, Isolation isolation, long now) {
        shelf(shape, now).unlend(isolation, now);
    }

    void expect(S shape, Isolation isolation, int count, long now) {
        shelf(shape, now).expect(isolation, count, now);
    }

    /** Puts a box back that can serve another run. What it takes out for that is too many then, maybe the same. */
    List<B> putBack(B box, long now) {
        Loan<S, B> loan = loans.remove(box);
        if (loan == null) {
            return List.of(box);
        }
        Shelf<S, B> shelf = loan.shelf();
        shelf.unlend(loan.isolation(), now);
        shelf.add(box);
        List<B> spare = new ArrayList<>();
        takeSurplus(shelf, Cause.SURPLUS, spare, now);
        if (alive() > size.most()) {
            B one = abandoned(now).orElse(shelf).oneOfTheMore();
            if (one != null) {
                spare.add(one);
                counts.destroyed(Cause.SURPLUS);
            }
        }
        return spare;
    }

    /**
     * What is too many, when a box that has served a cold run is, for it can serve only warm ones now: then it need not even
     * get ready for another. Empty when it is of use.
     */
    List<B> refuse(B box, long now) {
        Loan<S, B> loan = loans.get(box);
        if (loan == null || loan.isolation() == Isolation.WARM || loan.shelf().wantsUsed(least(loan.shelf()), lean, now)) {
            return List.of();
        }
        ends(box, Cause.SURPLUS);
        List<B> spare = new ArrayList<>(List.of(box));
        takeSurplus(loan.shelf(), Cause.SURPLUS, spare, now);
        return spare;
    }

    /** Tells why a box that serves is going to be destroyed. */
    void ends(B box, Cause why) {
        loans.computeIfPresent(box, (same, loan) -> new Loan<>(loan.shelf(), loan.isolation(), why));
    }

    /** A box does not exist any more. */
    void gone(B box, long now) {
        Loan<S, B> loan = loans.remove(box);
        if (loan != null) {
            loan.shelf().unlend(loan.isolation(), now);
            counts.destroyed(loan.end());
        }
    }

    /** The shape to make next: the one asked for last of those that lack one; empty when none does or there are enough. */
    Optional<S> missing(long now) {
        return alive() >= size.most() ? Optional.empty() : shelves.values().stream()
                .filter(shelf -> shelf.lacks(least(shelf), lean, now))
                .max(Comparator.comparingLong(Shelf::askedAt))
                .map(Shelf::shape);
    }

    /** One is being made of it. */
    void coming(S shape, long now) {
        shelf(shape, now).coming(1);
    }

    /** It was made, or could not be. */
    void came(@Nullable B box, S shape, long now) {
        Shelf<S, B> shelf = shelf(shape, now);
        shelf.coming(-1);
        if (box != null) {
            shelf.add(box);
        }
    }

    void built(Duration took) {
        counts.built(took);
    }

    /** Takes out what is not wanted any more. */
    List<B> surplus(long now) {
        List<B> spare = new ArrayList<>();
        for (Shelf<S, B> shelf : shelves.values()) {
            takeSurplus(shelf, Cause.IDLE, spare, now);
        }
        shelves.values().removeIf(shelf -> shelf.alive() == 0 && shelf.idle(now) && !latest(shelf));
        return spare;
    }

    /** Takes out everything that waits. */
    List<B> drain() {
        List<B> waiting = new ArrayList<>();
        for (Shelf<S, B> shelf : shelves.values()) {
            for (B box = shelf.least(); box != null; box = shelf.least()) {
                waiting.add(box);
            }
        }
        return waiting;
    }

    PoolFigures figures(long now) {
        int ready = 0;
        int inUse = 0;
        int target = 0;
        int peak = 0;
        for (Shelf<S, B> shelf : shelves.values()) {
            ready += shelf.ready();
            inUse += shelf.inUse();
            peak += shelf.peak(now);
            target += shelf.wanted(least(shelf), lean, now);
        }
        return new PoolFigures(
                ready, Math.min(size.most(), target), inUse, peak, size.most(), counts.hits(), counts.misses(),
                counts.built(), counts.destroyed(), counts.prepareMillis());
    }

    private Shelf<S, B> shelf(S shape, long now) {
        return shelves.computeIfAbsent(shape, made -> new Shelf<>(made, size.most(), now));
    }

    /** A shape that nobody asks for any more, the longest of all. */
    private Optional<Shelf<S, B>> abandoned(long now) {
        return shelves.values().stream()
                .filter(shelf -> shelf.ready() > 0 && shelf.idle(now))
                .min(Comparator.comparingLong(Shelf::askedAt));
    }

    private void takeSurplus(Shelf<S, B> shelf, Cause why, List<B> into, long now) {
        for (int many = shelf.surplus(least(shelf), lean, now); many > 0; many--) {
            into.add(Objects.requireNonNull(shelf.least(), "more is surplus than there is"));
            counts.destroyed(why);
        }
    }

    private int least(Shelf<S, B> shelf) {
        return latest(shelf) ? size.least() : 0;
    }

    private boolean latest(Shelf<S, B> shelf) {
        return shelves.values().stream().allMatch(other -> other.askedAt() <= shelf.askedAt());
    }

    private int alive() {
        return shelves.values().stream().mapToInt(Shelf::alive).sum();
    }
}
