package dev.crucible.queue;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Submission;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** For a queue that lives and dies with its process: remembers dead letters and nothing else. */
final class NoJournal implements Journal {
    private static final CompletableFuture<Written> DONE = CompletableFuture.completedFuture(Written.JOURNALED);
    /** Dead letters beyond this many push out the oldest, so that memory stays bounded. */
    private static final int MAX_DEAD_LETTERS = 10_000;

    private final Map<EvaluationId, List<DeadLetter.LostAttempt>> losses = new HashMap<>();
    private final Map<EvaluationId, DeadTask> dead = new LinkedHashMap<>();

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
            bury(bury.finished(), bury.error(), bury.task());
        } else if (change instanceof Change.Discard discard) {
            discard(discard.ids());
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

    private synchronized void bury(Settlement.Finished finished, String error, @Nullable Task task) {
        lost(finished.id(), new DeadLetter.LostAttempt(finished.attempt(), finished.at(), error));
        List<DeadLetter.LostAttempt> history = losses.remove(finished.id());
        dead.put(finished.id(), new DeadTask(
                new DeadLetter(finished.id(), finished.at(), history.size(), history), task));
        while (dead.size() > MAX_DEAD_LETTERS) {
            dead.remove(dead.keySet().iterator().next());
        }
    }

    private synchronized void discard(List<EvaluationId> ids) {
        ids.forEach(dead::remove);
    }

    @Override
    public Optional<Submission> load(EvaluationId id) {
        throw new IllegalStateException("memory holds every submission");
    }

    @Override
    public synchronized List<DeadLetter> deadLetters(int limit) {
        List<DeadLetter> letters = new ArrayList<>(dead.values().stream().map(DeadTask::letter).toList());
        Collections.reverse(letters);
        return letters.stream().limit(limit).toList();
    }

    @Override
    public synchronized Optional<DeadTask> deadLetter(EvaluationId id) {
        return Optional.ofNullable(dead.get(id));
    }

    @Override
    public int mostDeadLetters() {
        return MAX_DEAD_LETTERS;
    }

    @Override
    public boolean keepsSubmissions() {
        return false;
    }

    @Override
    public void close() {}
}
