package dev.crucible.queue;

import dev.crucible.testing.ManualTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterTry;

/**
 * Random sequences of everything that can be done to a {@link TaskQueue}, held against {@link ModelQueue} after each
 * step. A failure prints the shortest sequence that was found for it.
 */
abstract class TaskQueueModelContract {
    /** Small enough to be full now and then, and to age within a few waits. */
    protected static final QueueConfig CONFIG =
            new QueueConfig(6, Duration.ofSeconds(20), Duration.ofSeconds(30), 3);
    /** After so long no more sequences are tried. */
    private static final long BUDGET_NANOS = Duration.ofSeconds(25).toNanos();

    protected final ManualTime time = new ManualTime();
    protected final CopyOnWriteArrayList<Settlement> settled = new CopyOnWriteArrayList<>();

    /** A started queue, empty, that tells its settlements to {@link #settled}. */
    protected abstract TaskQueue open();

    /** Lets the queue notice that time has passed. */
    protected abstract void tick();

    protected abstract void close();

    /** Kills the queue and opens it on what it left. Called only if it {@link #survives}. */
    protected abstract TaskQueue crash();

    protected abstract boolean survives();

    /** When this class began; the same for all its tries. */
    protected abstract long began();

    @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
    void every_sequence_of_steps_does_what_the_model_does(@ForAll("sequences") List<QueueStep> steps) {
        if (overBudget()) {
            return;
        }
        settled.clear();
        ModelRig rig = new ModelRig(CONFIG, open(), time, settled, this::crash, this::tick);
        for (QueueStep step : steps) {
            step.on(rig);
            rig.compare();
            if (overBudget()) {
                return;
            }
        }
        rig.compareDeadLetters();
    }

    private boolean overBudget() {
        return System.nanoTime() - began() > BUDGET_NANOS;
    }

    @Provide
    Arbitrary<List<QueueStep>> sequences() {
        return QueueStep.sequences(survives());
    }

    @AfterTry
    void closeQueue() {
        close();
    }
}
