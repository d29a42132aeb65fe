package dev.crucible.events;

import dev.crucible.kernel.EvaluationId;

/** Something that happened to an evaluation. */
public sealed interface Event permits EvaluationEvent, OutputEvent {
    EvaluationId evalId();

    /** Whose evaluation it is; decides who may see the event. */
    String submitter();
}
