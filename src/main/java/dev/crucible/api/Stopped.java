package dev.crucible.api;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.EvaluationStatus;

/**
 * The answer to a cancel or a kill.
 *
 * @param status the evaluation's status now
 * @param message what became of the wish, for a person
 */
public record Stopped(EvaluationId id, EvaluationStatus status, String message) {}
