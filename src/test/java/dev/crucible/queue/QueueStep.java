package dev.crucible.queue;

import dev.crucible.queue.ModelQueue.Spec;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Something that can be done to a queue. Names and numbers are few, so that steps meet each other. */
interface QueueStep {
    void on(ModelRig rig);

    record Enqueue(List<Spec> batch) implements QueueStep {
        @Override
        public void on(ModelRig rig) {
            rig.enqueue(batch);
        }
    }

    /** @param language the only one that the worker runs, or empty for all */
    record Take(String language) implements QueueStep {
        @Override
        public void on(ModelRig rig) {
            rig.take(language);
        }
    }

    /** @param lease which of all leases that were ever given, counted back from the latest */
    record Complete(int lease) implements QueueStep {
        @Override
        public void on(ModelRig rig) {
            rig.complete(lease);
        }
    }

    record Fail(int lease) implements QueueStep {
        @Override
        public void on(ModelRig rig) {
            rig.fail(lease);
        }
    }

    record Release(int lease) implements QueueStep {
        @Override
        public void on(ModelRig rig) {
            rig.release(lease);
        }
    }

    record Extend(int lease) implements QueueStep {
        @Override
        public void on(ModelRig rig) {
            rig.extend(lease);
        }
    }

    record Cancel(String name) implements QueueStep {
        @Override
        public void on(ModelRig rig) {
            rig.cancel(name);
        }
    }

    record Discard(List<String> names) implements QueueStep {
        @Override
        public void on(ModelRig rig) {
            rig.discard(names);
        }
    }

    record Wait(int seconds) implements QueueStep {
        @Override
        public void on(ModelRig rig) {
            rig.pass(seconds);
        }
    }

    /** Pauses, drains or resumes. */
    record Switch(String to) implements QueueStep {
        @Override
        public void on(ModelRig rig) {
            rig.switchTo(to);
        }
    }

    record Crash() implements QueueStep {
        @Override
        public void on(ModelRig rig) {
            rig.crash();
        }
    }

    static Arbitrary<List<QueueStep>> sequences(boolean withCrashes) {
        Arbitrary<String> names = Arbitraries.of("t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7");
        Arbitrary<Spec> specs = Combinators.combine(
                        names, Arbitraries.of("ann", "bob", "cy"), Arbitraries.of("python", "bash"),
                        Arbitraries.of(5, 5, 0, 4, 10), Arbitraries.of(0, 0, 0, 7, 40))
                .as(Spec::new);
        Arbitrary<Integer> leases = Arbitraries.frequency(
                Tuple.of(8, 0), Tuple.of(4, 1), Tuple.of(2, 2), Tuple.of(1, 3), Tuple.of(1, 5));
        Arbitrary<QueueStep> steps = Arbitraries.frequencyOf(
                Tuple.of(8, specs.list().ofMinSize(1).ofMaxSize(4).map(Enqueue::new)),
                Tuple.of(12, Arbitraries.of("", "", "python", "bash").map(Take::new)),
                Tuple.of(4, leases.map(Complete::new)),
                Tuple.of(6, leases.map(Fail::new)),
                Tuple.of(3, leases.map(Release::new)),
                Tuple.of(3, leases.map(Extend::new)),
                Tuple.of(3, names.map(Cancel::new)),
                Tuple.of(2, names.list().ofMinSize(1).ofMaxSize(3).map(Discard::new)),
                Tuple.of(5, Arbitraries.of(1, 5, 20, 31, 61).map(Wait::new)),
                Tuple.of(2, Arbitraries.of("resumed", "resumed", "paused", "draining").map(Switch::new)),
                Tuple.of(withCrashes ? 2 : 0, Arbitraries.create(Crash::new)));
        return steps.list().ofMinSize(1).ofMaxSize(60);
    }
}
