package dev.crucible.queue;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Submission;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** For a queue that lives and dies with its process: remembers dead letters and nothing else. */
final class NoJournal implements Journal {
    private static final CompletableFuture<Written> DONE = CompletableFuture.completedFuture(Written.JOURNALED);
    /** Dead letters beyond this many push out the oldest, so that memory stays bounded. */
    private static final int MAX_DEAD_LETTERS = 10_000;

    private final Map<EvaluationId, List<DeadLetter.LostAttempt>> losses = new HashMap<>();
    private final Deque<DeadLetter> dead = new ArrayDeque<>();

    @Override
    public Restored open() {
        return new Restored(1, List.of(), List.of(), List.of(), List.of());
    }

    @Override
    public CompletableFuture<Written> write(Change change) {
        if (change instanceof Change.Return returned && returned.error() != null) {
            lost(returned.id(), new DeadLetter.LostAttempt(returned.attempt(), returned.at(), returned.error()));
        } else if (change instanceof Change.Finish finish) {
            forget(finish.finished().id());
        } else if (change instanceof Change.Bury bury) {
            bury(bury.finished(), bury.error());
        }
        return DONE;
    }

    private synchronized void lost(EvaluationId id, DeadLetter.LostAttempt attempt) {
        losses.computeIfAbsent(id, unused -> new ArrayList<>()).add(attempt);
    }

    private synchronized void forget(EvaluationId id) {
        if (!losses.isEmpty()) {
            losses.remove(id);
        }
    }

    private synchronized void bury(Settlement.Finished finished, String error) {
        lost(finished.id(), new DeadLetter.LostAttempt(finished.attempt(), finished.at(), error));
        List<DeadLetter.LostAttempt> history = losses.remove(finished.id());
        dead.addFirst(new DeadLetter(finished.id(), finished.at(), history.size(), history));
        if (dead.size() > MAX_DEAD_LETTERS) {
            dead.removeLast();
        }
    }

    @Override
    public Submission load(EvaluationId id) {
        throw new IllegalStateException("memory holds every submission");
    }

    @Override
    public synchronized List<DeadLetter> deadLetters(int limit) {
        return dead.stream().limit(limit).toList();
    }

    @Override
    public boolean keepsSubmissions() {
        return false;
    }

    @Override
    public void close() {}
}
