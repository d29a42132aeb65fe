package dev.crucible.executor;

import dev.crucible.kernel.EvaluationId;

/** An execution that has not ended. */
public record RunningExecution(EvaluationId id, int attempt, String engine, ExecutionPhase phase) {}
