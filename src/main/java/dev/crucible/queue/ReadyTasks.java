package dev.crucible.queue;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.evaluation.Submission;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that may be handed out now, and the order in which they are: see {@link TaskQueue}. A pure data structure:
 * no clock, no lock, no I/O. Adding and removing take constant time but for a task that returns into the middle; taking
 * looks at the oldest task of each level and kind, and at one of each submitter who is passed over.
 */
final class ReadyTasks {
    private static final int LEVELS = Submission.HIGHEST_PRIORITY + 1;
    private static final int OF_LEVEL = 0;
    private static final int OF_KIND = 1;
    private static final int OF_FLOW = 2;

    private final Level[] levels = new Level[LEVELS];
    private final long agingNanos;
    private int size;

    /** What a worker must be able to run. */
    record Kind(String engine, String language) {
        static Kind of(Entry entry) {
            return new Kind(entry.engine, entry.language);
        }
    }

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
        return levels[level].byAge.size();
    }

    void add(Entry entry) {
        levels[entry.priority].add(entry);
        size++;
    }

    void remove(Entry entry) {
        levels[entry.priority].remove(entry);
        size--;
    }

    /**
     * Takes the next task of a kind that {@code wanted} accepts, or null. None of another level has a higher effective
     * priority: inside a level turns go before age, but not so far that a task is passed over for one that came after it
     * and is less urgent.
     */
    @Nullable Entry poll(long now, Predicate<Kind> wanted) {
        Entry best = null;
        long bestEffective = -1;
        long nextEffective = -1;
        boolean lifted = false;
        for (int level = LEVELS - 1; level >= 0; level--) {
            Entry head = levels[level].byKind.oldest(wanted);
            if (head == null) {
                continue;
            }
            long effective = effective(head, now);
            if (best == null || effective > bestEffective || effective == bestEffective && head.before(best)) {
                lifted = best != null;
                nextEffective = bestEffective;
                best = head;
                bestEffective = effective;
            } else {
                nextEffective = Math.max(nextEffective, effective);
            }
        }
        if (best == null) {
            return null;
        }
        long atLeast = nextEffective;
        Entry entry = levels[best.priority].nextInTurn(wanted, candidate -> effective(candidate, now) >= atLeast);
        entry.lifted = lifted;
        remove(entry);
        return entry;
    }

    private long effective(Entry entry, long now) {
        return Math.min(LEVELS, entry.priority + Math.max(0, now - entry.readySince) / agingNanos);
    }

    /** The oldest of a level, or null. */
    @Nullable Entry oldest(int level) {
        return levels[level].byAge.oldest();
    }

    /** The oldest of all, or null. */
    @Nullable Entry oldest() {
        Entry oldest = null;
        for (Level level : levels) {
            Entry head = level.byAge.oldest();
            if (head != null && (oldest == null || head.before(oldest))) {
                oldest = head;
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
            higher += sizeOf(level);
        }
        AgeList level = levels[entry.priority].byAge;
        int steps = 0;
        Entry ahead = level.older(entry);
        Entry behind = level.younger(entry);
        while (ahead != null && behind != null) {
            ahead = level.older(ahead);
            behind = level.younger(behind);
            steps++;
        }
        return higher + (ahead == null ? steps : level.size() - 1 - steps);
    }

    /** One priority: all its tasks by age, and one flow for each submitter, in turn. */
    private static final class Level {
        private final AgeList byAge = new AgeList(OF_LEVEL);
        private final Kinds byKind = new Kinds(OF_KIND);
        private final Map<String, Flow> flows = new HashMap<>();
        private @Nullable Flow turn;

        void add(Entry entry) {
            byAge.add(entry);
            byKind.add(entry);
            Flow flow = flows.get(entry.submitter);
            if (flow == null) {
                flow = new Flow();
                flows.put(entry.submitter, flow);
                enterRing(flow);
            }
            flow.tasks.add(entry);
        }

        void remove(Entry entry) {
            byAge.remove(entry);
            byKind.remove(entry);
            Flow flow = flows.get(entry.submitter);
            flow.tasks.remove(entry);
            if (flow.tasks.isEmpty()) {
                flows.remove(entry.submitter);
                leaveRing(flow);
            }
        }

        /**
         * The first wanted task of the submitter whose turn it is and whose task is old enough; the turn moves on. There
         * must be one.
         */
        Entry nextInTurn(Predicate<Kind> wanted, Predicate<Entry> oldEnough) {
            for (Flow flow = requireNonNull(turn); ; flow = flow.next) {
                Entry entry = flow.tasks.oldest(wanted);
                if (entry != null && oldEnough.test(entry)) {
                    turn = flow.next;
                    return entry;
                }
            }
        }

        private void enterRing(Flow flow) {
            if (turn == null) {
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

    /** The tasks of one submitter in one level; a member of the level's ring of turns. */
    private static final class Flow {
        private final Kinds tasks = new Kinds(OF_FLOW);
        private Flow next = this;
        private Flow previous = this;
    }

    /** Tasks by kind and age: what a worker cannot run costs it nothing. */
    private static final class Kinds {
        private final Map<Kind, AgeList> lists = new HashMap<>(2);
        private final int list;

        Kinds(int list) {
            this.list = list;
        }

        void add(Entry entry) {
            lists.computeIfAbsent(Kind.of(entry), kind -> new AgeList(list)).add(entry);
        }

        void remove(Entry entry) {
            Kind kind = Kind.of(entry);
            AgeList tasks = requireNonNull(lists.get(kind));
            tasks.remove(entry);
            if (tasks.size() == 0) {
                lists.remove(kind);
            }
        }

        boolean isEmpty() {
            return lists.isEmpty();
        }

        @Nullable Entry oldest(Predicate<Kind> wanted) {
            Entry oldest = null;
            for (Map.Entry<Kind, AgeList> tasks : lists.entrySet()) {
                Entry head = tasks.getValue().oldest();
                if (head != null && (oldest == null || head.before(oldest)) && wanted.test(tasks.getKey())) {
                    oldest = head;
                }
            }
            return oldest;
        }
    }
}
