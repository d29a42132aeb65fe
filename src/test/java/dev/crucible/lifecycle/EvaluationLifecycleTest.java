package dev.crucible.lifecycle;

import static dev.crucible.testing.Submissions.id;
import static dev.crucible.testing.Submissions.ok;
import static dev.crucible.testing.Submissions.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crucible.events.EvaluationEvent;
import dev.crucible.events.Event;
import dev.crucible.events.EventsModule;
import dev.crucible.events.LocalEventBus;
import dev.crucible.events.OutputEvent;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.kernel.evaluation.OutputStreamName;
import dev.crucible.platform.db.Database;
import dev.crucible.queue.Lease;
import dev.crucible.queue.LocalTaskQueue;
import dev.crucible.queue.QueueConfig;
import dev.crucible.queue.QueueModule;
import dev.crucible.queue.Task;
import dev.crucible.queue.WorkerProfile;
import dev.crucible.storage.EvaluationStore;
import dev.crucible.storage.NewEvaluation;
import dev.crucible.storage.StatusChange;
import dev.crucible.storage.StorageModule;
import dev.crucible.storage.TimelineEntry;
import dev.crucible.testing.ManualTime;
import dev.crucible.testing.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The lifecycle between the real queue, store and bus on one database. Time is moved by hand. */
class EvaluationLifecycleTest {
    private static final QueueConfig CONFIG =
            new QueueConfig(1_000, Duration.ofSeconds(60), Duration.ofSeconds(30), 3);

    private final ManualTime time = new ManualTime();
    private final Database database = TestDatabase.open(TestDatabase.create());
    private final EvaluationStore store = StorageModule.postgres(database, time);
    private final LocalEventBus events = EventsModule.durable(database);
    private final EvaluationLifecycle lifecycle = new EvaluationLifecycle(store, events, time);
    private final LocalTaskQueue queue = QueueModule.journaled(CONFIG, database, lifecycle, time);
    private final List<Event> told = new CopyOnWriteArrayList<>();
    private final List<EvaluationLifecycle.Ended> ends = new CopyOnWriteArrayList<>();

    EvaluationLifecycleTest() {
        events.start();
        events.subscribe(told::add);
        lifecycle.onEnd(ends::add);
        queue.start();
    }

    @AfterEach
    void close() {
        queue.close();
        events.close();
        store.close();
        database.close();
    }

    @Test
    void what_a_short_run_went_through_is_recorded_with_its_end_and_keeps_its_times() {
        Lease lease = lease("a");
        Instant provisioned = time.instant();
        StatusChange provisioning = lifecycle.provisioning(id("a"), 1, "w1");
        time.advance(Duration.ofMillis(3));
        Instant started = time.instant();
        StatusChange running = lifecycle.running(id("a"), 1, "w1");
        time.advance(Duration.ofMillis(4));
        lifecycle.recordWithEnd(id("a"), 1, List.of(provisioning, running), List.of(output("a")));

        queue.complete(lease.token(), ok("hi"));

        assertThat(store.timeline(id("a"))).extracting(TimelineEntry::to).containsExactly(
                EvaluationStatus.QUEUED, EvaluationStatus.PROVISIONING, EvaluationStatus.RUNNING,
                EvaluationStatus.COMPLETED);
        assertThat(store.timeline(id("a"))).extracting(TimelineEntry::at)
                .endsWith(provisioned, started, time.instant());
        assertThat(store.find(id("a")).orElseThrow().startedAt()).isEqualTo(started);
        assertThat(ends).singleElement().satisfies(end -> assertThat(end.status()).isEqualTo(EvaluationStatus.COMPLETED));
        await().untilAsserted(() -> assertThat(told).extracting(EvaluationLifecycleTest::name)
                .containsExactly("queued", "provisioning", "running", "output", "completed"));
    }

    @Test
    void a_result_whose_passing_statuses_a_crash_took_is_recorded_all_the_same() {
        Lease lease = lease("a");

        queue.complete(lease.token(), ok("hi"));

        assertThat(store.timeline(id("a"))).extracting(TimelineEntry::to).containsExactly(
                EvaluationStatus.QUEUED, EvaluationStatus.PROVISIONING, EvaluationStatus.COMPLETED);
        assertThat(store.find(id("a")).orElseThrow().outcome()).isNotNull();
    }

    @Test
    void statuses_that_were_told_while_it_ran_are_not_told_again_with_the_end() {
        Lease lease = lease("a");
        lifecycle.record(List.of(lifecycle.provisioning(id("a"), 1, "w1"), lifecycle.running(id("a"), 1, "w1")));

        queue.complete(lease.token(), ok("hi"));

        await().untilAsserted(() -> assertThat(told).extracting(EvaluationLifecycleTest::name)
                .containsExactly("queued", "provisioning", "running", "completed"));
    }

    @Test
    void what_a_lost_attempt_went_through_is_not_recorded_with_the_end_of_the_next() {
        Lease lost = lease("a");
        lifecycle.recordWithEnd(id("a"), 1, List.of(lifecycle.provisioning(id("a"), 1, "w1")), List.of(output("a")));
        queue.release(lost.token(), "the worker stopped");
        await().until(() -> queue.status().queued() == 1);
        Lease again = queue.next(new WorkerProfile("w2", Set.of(), Set.of()), Duration.ZERO).orElseThrow();

        queue.complete(again.token(), ok("hi"));

        assertThat(store.timeline(id("a"))).extracting(TimelineEntry::attempt).doesNotContain(1);
        await().until(() -> told.stream().anyMatch(event -> name(event).equals("completed")));
        assertThat(told).noneMatch(OutputEvent.class::isInstance);
    }

    private Lease lease(String name) {
        lifecycle.submit(List.of(new NewEvaluation(id(name), "someone", python("1"), time.instant(), null)), null);
        queue.enqueue(new Task(id(name), "someone", python("1")));
        return queue.next(new WorkerProfile("w1", Set.of(), Set.of()), Duration.ZERO).orElseThrow();
    }

    private static OutputEvent output(String name) {
        return new OutputEvent(id(name), "someone", OutputStreamName.STDOUT, 0, new byte[] {'1'});
    }

    private static String name(Event event) {
        return event instanceof EvaluationEvent change ? change.status().wire() : "output";
    }
}
