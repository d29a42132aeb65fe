package dev.crucible.api;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.queue.DeadLetter;
import dev.crucible.queue.DeadTask;
import dev.crucible.queue.Task;
import dev.crucible.queue.TaskQueue;
import dev.crucible.storage.IdempotencyKey;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tasks that were given up through our fault, and what can be done about them. Thread-safe.
 *
 * <p>A retry is a new evaluation with the same submission and the same submitter. The one that was given up has ended as
 * failed with {@code sandbox_error}, and a terminal status never changes: its readers, webhooks and figures have it. The
 * dead letter goes once the new evaluation is stored and queued; a crash in between leaves both, and the next retry of
 * that dead letter answers with the same new evaluation.
 */
public final class DeadLetters {
    /** As many as one call lists, retries or discards. */
    public static final int MOST = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);
    /** Whose keys no client's can meet. */
    private static final String KEY_OWNER = "crucible:dead-letters";

    private final TaskQueue queue;
    private final Intake intake;

    DeadLetters(TaskQueue queue, Intake intake) {
        this.queue = requireNonNull(queue, "queue is null");
        this.intake = requireNonNull(intake, "intake is null");
    }

    /** What came of a retry of many: each with its new evaluation, or with the reason why there is none. */
    public record Retries(List<Retry> retried, List<Refusal> refused) {
        public Retries {
            retried = List.copyOf(retried);
            refused = List.copyOf(refused);
        }
    }

    /** A dead letter that was retried as a new evaluation. */
    public record Retry(EvaluationId of, Accepted accepted) {}

    /** A dead letter that is still one. */
    public record Refusal(EvaluationId of, PlatformException why) {}

    /** Newest first. */
    public List<DeadLetter> list(int limit) {
        return queue.deadLetters(limit);
    }

    /** One with its task. @throws PlatformException {@code NOT_FOUND} */
    public DeadTask get(EvaluationId id) {
        return queue.deadLetter(id).orElseThrow(() -> unknown(id));
    }

    /**
     * Tries one again.
     *
     * @throws PlatformException {@code NOT_FOUND}; {@code STATE_CONFLICT} if its task cannot be read; or what a submission
     *     is refused with
     */
    public Retry retry(EvaluationId id) {
        Task task = get(id).task();
        if (task == null) {
            throw new PlatformException(
                    ErrorCode.STATE_CONFLICT,
                    "The task of " + id + " cannot be read from the queue's journal. Submit it anew and discard this one.");
        }
        IdempotencyKey once = new IdempotencyKey(KEY_OWNER, id.value(), "");
        Accepted accepted = intake.accept(
                List.of(task.submission()), new Caller(task.submitter()), once, false, unused -> {}).get(0);
        queue.discard(List.of(id));
        LOG.atInfo().addKeyValue("eval_id", accepted.id()).addKeyValue("retry_of", id)
                .log("A dead letter was retried as a new evaluation");
        return new Retry(id, accepted);
    }

    /**
     * Tries these again, in order. What is refused with a time to come again, such as by a full queue, is the last that is
     * tried.
     */
    public Retries retry(List<EvaluationId> ids) {
        List<Retry> retried = new ArrayList<>();
        List<Refusal> refused = new ArrayList<>();
        for (EvaluationId id : ids) {
            try {
                retried.add(retry(id));
            } catch (PlatformException e) {
                refused.add(new Refusal(id, e));
                if (e.code().retryable()) {
                    break;
                }
            }
        }
        return new Retries(retried, refused);
    }

    /** Tries all again, the longest dead first; at most {@link #MOST} in one call. */
    public Retries retryAll() {
        return retry(oldestFirst());
    }

    /** Takes these away for good and answers those that were dead letters. Their evaluations' records stay. */
    public List<EvaluationId> discard(List<EvaluationId> ids) {
        List<EvaluationId> gone = queue.discard(ids);
        if (!gone.isEmpty()) {
            LOG.atInfo().addKeyValue("dead_letters", gone.size()).addKeyValue("first_eval_id", gone.get(0))
                    .log("Dead letters were discarded");
        }
        return gone;
    }

    /** Takes all away for good; at most {@link #MOST} in one call. */
    public List<EvaluationId> discardAll() {
        return discard(oldestFirst());
    }

    private List<EvaluationId> oldestFirst() {
        List<EvaluationId> ids = new ArrayList<>();
        queue.deadLetters(MOST).forEach(letter -> ids.add(0, letter.id()));
        return ids;
    }

    private static PlatformException unknown(EvaluationId id) {
        return new PlatformException(ErrorCode.NOT_FOUND, "There is no dead letter " + id + ".");
    }
}
