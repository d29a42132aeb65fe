package dev.crucible.dispatch;

import dev.crucible.events.EventBus;
import dev.crucible.events.OutputEvent;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.lifecycle.EvaluationLifecycle;
import dev.crucible.storage.StatusChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a run goes through before its end, and when that is told. A run that is over within moments has its passing
 * statuses recorded together with its result, with the times at which they came; those of any other are recorded once
 * it has gone on for that long. What a program writes is not told before the status that it wrote it in. Used by the
 * attempt's thread.
 */
final class Passage {
    private static final Logger LOG = LoggerFactory.getLogger(Passage.class);
    private static final Duration WAIT = Duration.ofSeconds(1);
    /** Well below the time in which output must be seen. */
    private static final Duration MOMENT = Duration.ofMillis(25);

    private static final long MAX_HELD_BYTES = 256 * 1024;

    private final EvaluationId id;
    private final int attempt;
    private final EvaluationLifecycle lifecycle;
    private final EventBus events;
    private final long due = System.nanoTime() + MOMENT.toNanos();
    private final List<StatusChange> untold = new ArrayList<>();
    private final List<OutputEvent> held = new ArrayList<>();
    private long heldBytes;
    private boolean telling;

    Passage(EvaluationId id, int attempt, EvaluationLifecycle lifecycle, EventBus events) {
        this.id = id;
        this.attempt = attempt;
        this.lifecycle = lifecycle;
        this.events = events;
    }

    /** How long to wait for something to happen. */
    Duration patience() {
        return telling ? WAIT : Duration.ofNanos(Math.max(0, due - System.nanoTime()));
    }

    void enter(StatusChange status) {
        untold.add(status);
        if (telling) {
            tell();
        }
    }

    void write(OutputEvent output) {
        if (telling) {
            events.publish(output);
            return;
        }
        held.add(output);
        heldBytes += output.bytes().length;
    }

    void tellWhenDue() {
        if (!telling && (due - System.nanoTime() <= 0 || heldBytes > MAX_HELD_BYTES)) {
            tell();
        }
    }

    /**
     * Records and publishes what was held, and from now on everything as it comes. It must not hold up the run: what
     * cannot be recorded now is recorded with the next status or with the end.
     */
    void tell() {
        telling = true;
        try {
            if (!untold.isEmpty()) {
                lifecycle.record(List.copyOf(untold));
                untold.clear();
            }
        } catch (PlatformException e) {
            LOG.atWarn().addKeyValue("eval_id", id).addKeyValue("error_code", e.code().code())
                    .log("A passing status could not be recorded; the evaluation goes on");
        }
        held.forEach(events::publish);
        held.clear();
    }

    /** The run is over: what was not told yet is told with its result, or now where somebody else records that. */
    void leaveToEnd() {
        if (!lifecycle.settlesHere()) {
            tell();
        } else if (!untold.isEmpty()) {
            lifecycle.recordWithEnd(id, attempt, untold, held);
        }
    }
}
