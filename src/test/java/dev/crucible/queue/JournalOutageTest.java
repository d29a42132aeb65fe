package dev.crucible.queue;

import static dev.crucible.testing.Submissions.id;
import static dev.crucible.testing.Submissions.ok;
import static dev.crucible.testing.Submissions.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.testing.ManualTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the queue promises while its journal cannot be written. Time is moved by hand. */
class JournalOutageTest {
    private static final QueueConfig CONFIG =
            new QueueConfig(1_000, Duration.ofSeconds(60), Duration.ofSeconds(30), 3);
    private static final WorkerProfile WORKER = new WorkerProfile("w1", Set.of(), Set.of());

    private final ManualTime time = new ManualTime();
    private final CopyOnWriteArrayList<Settlement> settled = new CopyOnWriteArrayList<>();
    private final BreakableJournal journal = new BreakableJournal();
    private final PriorityTaskQueue queue =
            new PriorityTaskQueue(CONFIG, journal, settled::addAll, time, time::nanos);

    JournalOutageTest() {
        queue.start();
    }

    @AfterEach
    void close() {
        journal.answer = null;
        queue.close();
    }

    @Test
    void a_heartbeat_while_the_result_is_being_written_does_not_lose_the_lease() {
        queue.enqueue(task("a"));
        Lease lease = next().orElseThrow();
        CompletableFuture<Journal.Written> slow = new CompletableFuture<>();
        journal.answer = slow;
        CompletableFuture<Void> report = CompletableFuture.runAsync(() -> queue.complete(lease.token(), ok("hi")));
        await().until(() -> journal.asked);

        assertThat(queue.extend(lease.token()).cancelRequested()).isFalse();

        slow.completeExceptionally(away());
        assertThatThrownBy(report::join).hasCauseInstanceOf(PlatformException.class);
        journal.answer = null;
        queue.complete(lease.token(), ok("hi"));
        await().untilAsserted(() -> assertThat(settled).singleElement().isInstanceOf(Settlement.Finished.class));
    }

    @Test
    void a_journal_that_takes_no_more_does_not_end_the_settling_of_results() {
        queue.enqueue(task("a"));
        queue.enqueue(task("b"));
        journal.forgetsNothing = true;
        queue.complete(next().orElseThrow().token(), ok("a"));
        await().until(() -> settled.size() == 1);
        journal.forgetsNothing = false;

        queue.complete(next().orElseThrow().token(), ok("b"));

        await().untilAsserted(() -> assertThat(settled).extracting(Settlement::id).contains(id("a"), id("b")));
    }

    @Test
    void a_lease_that_runs_out_after_failed_reports_is_lost_once() {
        queue.enqueue(task("a"));
        queue.enqueue(task("b"));
        Lease lease = next().orElseThrow();
        journal.answer = CompletableFuture.failedFuture(away());
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> queue.complete(lease.token(), ok("hi"))).isInstanceOf(PlatformException.class);
        }
        journal.answer = null;

        for (int i = 0; i < 8; i++) {
            time.advance(Duration.ofSeconds(5));
            queue.tick();
        }

        await().untilAsserted(() -> assertThat(settled).singleElement().isInstanceOf(Settlement.Requeued.class));
        await().until(() -> queue.status().queued() == 2);
        assertThat(next().orElseThrow().task().id()).isEqualTo(id("a"));
        assertThat(next().orElseThrow().task().id()).isEqualTo(id("b"));
        assertThat(next()).isEmpty();
    }

    private Optional<Lease> next() {
        return queue.next(WORKER, Duration.ZERO);
    }

    private static Task task(String name) {
        return new Task(id(name), "someone", python("print('" + name + "')", 5, null));
    }

    private static PlatformException away() {
        return new PlatformException(ErrorCode.QUEUE_UNAVAILABLE, "The database cannot be used at present.");
    }

    /** Writes when {@link #answer} is null, else leaves every write to that. */
    private static final class BreakableJournal implements Journal {
        private volatile boolean forgetsNothing;
        private final NoJournal working = new NoJournal();
        private volatile CompletableFuture<Written> answer;
        private volatile boolean asked;

        @Override
        public Restored open() {
            return working.open();
        }

        @Override
        public CompletableFuture<Written> write(Change change) {
            if (forgetsNothing && change instanceof Change.Forget) {
                throw away();
            }
            CompletableFuture<Written> broken = answer;
            asked |= broken != null;
            return broken != null ? broken : working.write(change);
        }

        @Override
        public Optional<Submission> load(EvaluationId id) {
            return working.load(id);
        }

        @Override
        public Optional<DeadTask> deadLetter(EvaluationId id) {
            return working.deadLetter(id);
        }

        @Override
        public int mostDeadLetters() {
            return working.mostDeadLetters();
        }

        @Override
        public List<DeadLetter> deadLetters(int limit) {
            return working.deadLetters(limit);
        }

        @Override
        public boolean keepsSubmissions() {
            return working.keepsSubmissions();
        }

        @Override
        public void close() {
            working.close();
        }
    }
}
