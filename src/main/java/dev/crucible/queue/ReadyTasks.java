package dev.crucible.queue;

import dev.crucible.kernel.evaluation.Submission;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that may be handed out now, and the order in which they are: see {@link TaskQueue}. A pure data structure:
 * no clock, no lock, no I/O. Adding and removing take constant time but for a task that returns into the middle; taking
 * looks at the oldest task of each level.
 */
final class ReadyTasks {
    private static final int LEVELS = Submission.HIGHEST_PRIORITY + 1;

    private final Level[] levels = new Level[LEVELS];
    private final long agingNanos;
    private int size;

    ReadyTasks(long agingNanos) {
        this.agingNanos = agingNanos;
        for (int i = 0; i < LEVELS; i++) {
            levels[i] = new Level();
        }
    }

    int size() {
        return size;
    }

    int sizeOf(int level) {
        return levels[level].size;
    }

    void add(Entry entry) {
        levels[entry.priority].add(entry);
        size++;
    }

    void remove(Entry entry) {
        levels[entry.priority].remove(entry);
        size--;
    }

    /** Takes the next task that {@code wanted} accepts, or null. */
    @Nullable Entry poll(long now, Predicate<Entry> wanted) {
        int passedOver = 0;
        while (true) {
            int best = bestLevel(now, passedOver);
            if (best < 0) {
                return null;
            }
            Entry entry = levels[best].nextInTurn(wanted);
            if (entry != null) {
                remove(entry);
                return entry;
            }
            passedOver |= 1 << best;
        }
    }

    /** The oldest of all, or null. */
    @Nullable Entry oldest() {
        Entry oldest = null;
        for (Level level : levels) {
            if (level.oldest != null && (oldest == null || level.oldest.before(oldest))) {
                oldest = level.oldest;
            }
        }
        return oldest;
    }

    /**
     * How many tasks stand before this one, ageing and turns aside. Walks to the nearer end of its level, since most
     * who ask have just come and the rest are about to go.
     */
    int positionOf(Entry entry) {
        int higher = 0;
        for (int level = entry.priority + 1; level < LEVELS; level++) {
            higher += levels[level].size;
        }
        int steps = 0;
        Entry ahead = entry.levelPrevious;
        Entry behind = entry.levelNext;
        while (ahead != null && behind != null) {
            ahead = ahead.levelPrevious;
            behind = behind.levelNext;
            steps++;
        }
        return higher + (ahead == null ? steps : levels[entry.priority].size - 1 - steps);
    }

    private int bestLevel(long now, int passedOver) {
        int best = -1;
        long bestEffective = 0;
        for (int level = LEVELS - 1; level >= 0; level--) {
            Entry head = levels[level].oldest;
            if (head == null || (passedOver & 1 << level) != 0) {
                continue;
            }
            long effective = Math.min(LEVELS, level + Math.max(0, now - head.readySince) / agingNanos);
            if (best < 0 || effective > bestEffective
                    || effective == bestEffective && head.before(levels[best].oldest)) {
                best = level;
                bestEffective = effective;
            }
        }
        return best;
    }

    /** One priority: all its tasks by age, and one flow for each submitter, in turn. */
    private static final class Level {
        private @Nullable Entry oldest;
        private @Nullable Entry newest;
        private final Map<String, Flow> flows = new HashMap<>();
        private @Nullable Flow turn;
        private int size;

        void add(Entry entry) {
            linkByAge(entry);
            Flow flow = flows.get(entry.submitter);
            if (flow == null) {
                flow = new Flow();
                flows.put(entry.submitter, flow);
                enterRing(flow);
            }
            flow.add(entry);
            size++;
        }

        void remove(Entry entry) {
            if (entry.levelPrevious == null) {
                oldest = entry.levelNext;
            } else {
                entry.levelPrevious.levelNext = entry.levelNext;
            }
            if (entry.levelNext == null) {
                newest = entry.levelPrevious;
            } else {
                entry.levelNext.levelPrevious = entry.levelPrevious;
            }
            entry.levelPrevious = null;
            entry.levelNext = null;
            Flow flow = flows.get(entry.submitter);
            flow.remove(entry);
            if (flow.first == null) {
                flows.remove(entry.submitter);
                leaveRing(flow);
            }
            size--;
        }

        /** The first wanted task of the submitter whose turn it is; the turn moves on. */
        @Nullable Entry nextInTurn(Predicate<Entry> wanted) {
            Flow start = turn;
            Flow flow = start;
            while (flow != null) {
                for (Entry entry = flow.first; entry != null; entry = entry.flowNext) {
                    if (wanted.test(entry)) {
                        turn = flow.next;
                        return entry;
                    }
                }
                flow = flow.next == start ? null : flow.next;
            }
            return null;
        }

        private void linkByAge(Entry entry) {
            Entry after = newest;
            if (after != null && entry.before(after)) {
                after = placeBefore(entry);
            }
            entry.levelPrevious = after;
            entry.levelNext = after == null ? oldest : after.levelNext;
            if (entry.levelNext == null) {
                newest = entry;
            } else {
                entry.levelNext.levelPrevious = entry;
            }
            if (after == null) {
                oldest = entry;
            } else {
                after.levelNext = entry;
            }
        }

        /** The last entry that stands before this one; a returning task is old, so its place is near the oldest. */
        private @Nullable Entry placeBefore(Entry entry) {
            Entry place = null;
            for (Entry older = oldest; older != null && older.before(entry); older = older.levelNext) {
                place = older;
            }
            return place;
        }

        private void enterRing(Flow flow) {
            if (turn == null) {
                flow.next = flow;
                flow.previous = flow;
                turn = flow;
            } else {
                flow.previous = turn.previous;
                flow.next = turn;
                turn.previous.next = flow;
                turn.previous = flow;
            }
        }

        private void leaveRing(Flow flow) {
            flow.previous.next = flow.next;
            flow.next.previous = flow.previous;
            if (turn == flow) {
                turn = flow.next == flow ? null : flow.next;
            }
        }
    }

    /** The tasks of one submitter in one level, by age; a member of the level's ring of turns. */
    private static final class Flow {
        private @Nullable Entry first;
        private @Nullable Entry last;
        private Flow next = this;
        private Flow previous = this;

        void add(Entry entry) {
            Entry after = last;
            if (after != null && entry.before(after)) {
                after = null;
                for (Entry older = first; older != null && older.before(entry); older = older.flowNext) {
                    after = older;
                }
            }
            entry.flowPrevious = after;
            entry.flowNext = after == null ? first : after.flowNext;
            if (entry.flowNext == null) {
                last = entry;
            } else {
                entry.flowNext.flowPrevious = entry;
            }
            if (after == null) {
                first = entry;
            } else {
                after.flowNext = entry;
            }
        }

        void remove(Entry entry) {
            if (entry.flowPrevious == null) {
                first = entry.flowNext;
            } else {
                entry.flowPrevious.flowNext = entry.flowNext;
            }
            if (entry.flowNext == null) {
                last = entry.flowPrevious;
            } else {
                entry.flowNext.flowPrevious = entry.flowPrevious;
            }
            entry.flowPrevious = null;
            entry.flowNext = null;
        }
    }
}
