package dev.crucible.api;

import dev.crucible.storage.Evaluation;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A submission that was accepted and is waited for.
 *
 * @param ended completes with the terminal record, or empty when the time is over; fails only when the store does
 */
public record Receipt(Accepted accepted, CompletableFuture<Optional<Evaluation>> ended) {}
