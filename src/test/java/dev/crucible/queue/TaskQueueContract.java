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
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.testing.ManualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link TaskQueue} promises. Time is moved by hand. */
abstract class TaskQueueContract {
    protected static final QueueConfig CONFIG =
            new QueueConfig(1_000, Duration.ofSeconds(60), Duration.ofSeconds(30), 3);
    private static final WorkerProfile WORKER = new WorkerProfile("w1", Set.of(), Set.of());

    protected final ManualTime time = new ManualTime();
    protected final CopyOnWriteArrayList<Settlement> settled = new CopyOnWriteArrayList<>();
    protected TaskQueue queue;

    /** A started queue that tells its settlements to {@link #settled}. */
    protected abstract TaskQueue open(QueueConfig config, SettlementHandler handler);

    /** Lets the queue notice that time has passed. */
    protected abstract void tick();

    protected abstract void close();

    @BeforeEach
    void openQueue() {
        queue = open(CONFIG, settled::addAll);
    }

    @AfterEach
    void closeQueue() {
        close();
    }

    @Test
    void an_empty_queue_has_no_task() {
        assertThat(next()).isEmpty();
        assertThat(queue.status().queued()).isZero();
        assertThat(queue.status().oldestAge()).isNull();
    }

    @Test
    void a_task_comes_out_as_it_went_in() {
        Task task = task("a", 5);
        queue.enqueue(task);

        Lease lease = next().orElseThrow();

        assertThat(lease.task()).isEqualTo(task);
        assertThat(lease.attempt()).isEqualTo(1);
        assertThat(lease.expiresIn()).isEqualTo(CONFIG.lease());
        assertThat(next()).isEmpty();
    }

    @Test
    void the_most_urgent_goes_first_and_equals_in_the_order_they_came() {
        queue.enqueueAll(List.of(
                task("low", 0), task("mid1", 5), task("mid2", 5), task("high1", 10), task("high2", 10), task("nine", 9)));

        assertThat(drain()).containsExactly("high1", "high2", "nine", "mid1", "mid2", "low");
    }

    @Test
    void all_eleven_levels_are_told_apart() {
        List<Task> tasks = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int priority = 0; priority <= 10; priority++) {
            tasks.add(task("p" + priority, priority));
            expected.add(0, "p" + priority);
        }
        queue.enqueueAll(tasks);

        assertThat(drain()).containsExactlyElementsOf(expected);
    }

    @Test
    void a_waiting_task_gains_one_level_each_interval() {
        queue.enqueue(task("old", 3));
        time.advance(CONFIG.agingInterval().multipliedBy(2));
        queue.enqueueAll(List.of(task("five", 5), task("six", 6)));

        assertThat(drain()).as("aged from 3 to 5, and older than the other 5").containsExactly("six", "old", "five");
    }

    @Test
    void the_lowest_priority_waits_at_most_eleven_intervals_however_many_urgent_ones_come() {
        queue.enqueue(task("starved", 0));
        Duration waited = Duration.ZERO;
        int urgent = 0;
        while (true) {
            queue.enqueue(task("urgent" + urgent++, 10));
            String taken = next().orElseThrow().task().id().value();
            if (taken.equals("starved")) {
                break;
            }
            time.advance(Duration.ofSeconds(10));
            waited = waited.plusSeconds(10);
        }
        assertThat(waited).isBetween(CONFIG.agingInterval().multipliedBy(10), CONFIG.agingInterval().multipliedBy(11));
    }

    @Test
    void past_the_top_level_age_alone_decides() {
        queue.enqueue(task("ancient-low", 0));
        time.advance(CONFIG.agingInterval().multipliedBy(5));
        queue.enqueue(task("old-high", 10));
        time.advance(CONFIG.agingInterval().multipliedBy(6));
        queue.enqueue(task("new-high", 10));

        assertThat(drain()).containsExactly("ancient-low", "old-high", "new-high");
    }

    @Test
    void submitters_of_one_level_take_turns() {
        for (int i = 0; i < 100; i++) {
            queue.enqueue(new Task(id("flood" + i), "flooder", python("pass")));
        }
        queue.enqueue(new Task(id("single"), "other", python("pass")));

        assertThat(drain().indexOf("single")).isLessThanOrEqualTo(1);
    }

    @Test
    void the_same_id_is_queued_once_and_answered_alike() {
        Enqueued first = queue.enqueue(task("a", 5));
        Enqueued second = queue.enqueue(task("a", 5));

        assertThat(second).isEqualTo(first);
        assertThat(drain()).containsExactly("a");
    }

    @Test
    void every_place_in_a_row_of_equals_is_known() {
        List<String> names = List.of("a", "b", "c", "d", "e");
        names.forEach(name -> queue.enqueue(task(name, 5)));
        assertThat(names).extracting(name -> queue.find(id(name)).orElseThrow().position()).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void positions_count_what_goes_before() {
        assertThat(queue.enqueue(task("a", 5)).position()).isZero();
        assertThat(queue.enqueue(task("b", 5)).position()).isEqualTo(1);
        assertThat(queue.enqueue(task("c", 9)).position()).isZero();
        assertThat(queue.find(id("b")).orElseThrow().position()).isEqualTo(2);
    }

    @Test
    void a_full_queue_refuses_and_says_when_to_come_again() {
        reopen(new QueueConfig(2, CONFIG.agingInterval(), CONFIG.lease(), 3));
        queue.enqueueAll(List.of(task("a", 5), task("b", 5)));

        assertThatThrownBy(() -> queue.enqueue(task("c", 5)))
                .isInstanceOfSatisfying(PlatformException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.QUEUE_FULL);
                    assertThat(e.retryAfter()).isPresent();
                });
        assertThat(queue.enqueue(task("a", 5)).id()).as("what it holds is still answered").isEqualTo(id("a"));
        next();
        assertThat(queue.enqueue(task("c", 5)).id()).isEqualTo(id("c"));
    }

    @Test
    void a_batch_that_does_not_fit_leaves_nothing_behind() {
        reopen(new QueueConfig(2, CONFIG.agingInterval(), CONFIG.lease(), 3));

        assertThatThrownBy(() -> queue.enqueueAll(List.of(task("a", 5), task("b", 5), task("c", 5))))
                .isInstanceOf(PlatformException.class);

        assertThat(queue.status().queued()).isZero();
        assertThat(queue.find(id("a"))).isEmpty();
    }

    @Test
    void a_delayed_task_comes_when_its_time_has_come() {
        Instant due = time.instant().plusSeconds(10);
        queue.enqueue(new Task(id("later"), "s", python("pass", 10, due)));

        assertThat(next()).isEmpty();
        assertThat(queue.status().delayed()).isEqualTo(1);
        time.advance(Duration.ofSeconds(9));
        assertThat(next()).isEmpty();
        time.advance(Duration.ofSeconds(1));
        assertThat(next()).isPresent();
    }

    @Test
    void the_holder_of_the_lease_ends_the_task_and_its_outcome_is_settled_once() {
        queue.enqueue(task("a", 5));
        Lease lease = next().orElseThrow();

        queue.complete(lease.token(), ok("hi"));
        queue.complete(lease.token(), ok("hi"));

        await().untilAsserted(() -> assertThat(queue.find(id("a"))).isEmpty());
        assertThat(settled).singleElement().isInstanceOfSatisfying(Settlement.Finished.class, finished -> {
            assertThat(finished.outcome().reason()).isEqualTo(Reason.OK);
            assertThat(finished.workerId()).isEqualTo("w1");
            assertThat(finished.attempt()).isEqualTo(1);
        });
    }

    @Test
    void a_task_whose_lease_ran_out_is_claimed_again_and_the_late_result_is_refused() {
        queue.enqueue(task("a", 5));
        Lease late = next().orElseThrow();

        expireLeases();
        Lease second = awaitNext();

        assertThat(second.attempt()).isEqualTo(2);
        assertLeaseLost(() -> queue.complete(late.token(), ok("late")));
        assertLeaseLost(() -> queue.extend(late.token()));
        assertLeaseLost(() -> queue.fail(late.token(), "late"));
        queue.complete(second.token(), ok("second"));
        await().untilAsserted(() -> assertThat(queue.find(id("a"))).isEmpty());
        assertThat(finished()).singleElement().satisfies(
                finished -> assertThat(finished.outcome().stdout().text()).isEqualTo("second"));
    }

    @Test
    void a_heartbeat_keeps_the_lease() {
        queue.enqueue(task("a", 5));
        Lease lease = next().orElseThrow();
        for (int i = 0; i < 10; i++) {
            time.advance(Duration.ofSeconds(10));
            tick();
            assertThat(queue.extend(lease.token()).cancelRequested()).isFalse();
        }
        queue.complete(lease.token(), ok("done"));
    }

    @Test
    void a_stall_of_the_whole_process_takes_no_lease_away() {
        queue.enqueue(task("a", 5));
        Lease lease = next().orElseThrow();

        time.advance(Duration.ofMinutes(10));
        tick();

        assertThat(queue.extend(lease.token()).expiresIn()).isEqualTo(CONFIG.lease());
    }

    @Test
    void the_wall_clock_does_not_judge_leases() {
        queue.enqueue(task("a", 5));
        Lease lease = next().orElseThrow();

        time.setWallClock(time.instant().plus(Duration.ofHours(1)));
        tick();
        time.setWallClock(time.instant().minus(Duration.ofHours(2)));
        tick();

        queue.complete(lease.token(), ok("done"));
    }

    @Test
    void a_task_that_is_lost_too_often_becomes_a_dead_letter_with_its_history() {
        queue.enqueue(task("a", 5));
        for (int attempt = 1; attempt <= 3; attempt++) {
            Lease lease = awaitNext();
            assertThat(lease.attempt()).isEqualTo(attempt);
            Failed answer = queue.fail(lease.token(), "broken " + attempt);
            assertThat(answer).isEqualTo(attempt < 3 ? Failed.RETRYING : Failed.DEAD_LETTER);
        }
        await().untilAsserted(() -> assertThat(finished()).hasSize(1));
        assertThat(finished().get(0).outcome().reason()).isEqualTo(Reason.SANDBOX_ERROR);
        assertThat(queue.status().deadLetters()).isEqualTo(1);
        assertThat(queue.deadLetters(10)).singleElement().satisfies(letter -> {
            assertThat(letter.id()).isEqualTo(id("a"));
            assertThat(letter.history()).extracting(DeadLetter.LostAttempt::error)
                    .containsExactly("broken 1", "broken 2", "broken 3");
        });
        assertThat(next()).isEmpty();
    }

    @Test
    void a_dead_letter_is_inspected_with_its_task_and_each_error_and_time() {
        Task task = task("a", 7);
        kill(task);

        DeadTask dead = queue.deadLetter(id("a")).orElseThrow();

        assertThat(dead.task()).isEqualTo(task);
        assertThat(dead.letter().history()).extracting(DeadLetter.LostAttempt::attempt).containsExactly(1, 2, 3);
        assertThat(dead.letter().history()).extracting(DeadLetter.LostAttempt::at).isSorted().doesNotHaveDuplicates();
        assertThat(dead.letter().deadAt()).isEqualTo(dead.letter().history().get(2).at());
        assertThat(queue.deadLetter(id("nobody"))).isEmpty();
    }

    @Test
    void a_dead_letter_is_not_queued_again_under_its_own_id() {
        kill(task("a", 5));

        queue.enqueue(task("a", 5));

        assertThat(next()).isEmpty();
        assertThat(queue.status().deadLetters()).isEqualTo(1);
    }

    @Test
    void discarded_dead_letters_are_gone_and_the_others_stay() {
        kill(task("a", 5));
        kill(task("b", 5));
        kill(task("c", 5));
        queue.enqueue(task("waits", 5));

        assertThat(queue.discard(List.of(id("a"), id("c"), id("waits"), id("nobody"), id("a"))))
                .containsExactlyInAnyOrder(id("a"), id("c"));

        assertThat(queue.deadLetters(10)).extracting(DeadLetter::id).containsExactly(id("b"));
        assertThat(queue.status().deadLetters()).isEqualTo(1);
        assertThat(queue.deadLetter(id("a"))).isEmpty();
        assertThat(queue.find(id("a"))).isEmpty();
        assertThat(queue.discard(List.of(id("a")))).isEmpty();
        assertThat(drain()).containsExactly("waits");
    }

    @Test
    void dead_letters_are_listed_newest_first_up_to_the_limit() {
        kill(task("a", 5));
        kill(task("b", 5));
        kill(task("c", 5));

        assertThat(queue.deadLetters(2)).extracting(DeadLetter::id).containsExactly(id("c"), id("b"));
    }

    @Test
    void a_lost_attempt_is_tried_again_within_the_cap_and_before_newer_tasks() {
        queue.enqueueAll(List.of(task("a", 5), task("b", 5)));
        queue.fail(next().orElseThrow().token(), "broken");
        time.advance(Duration.ofMillis(500));
        tick();

        await().untilAsserted(() -> assertThat(queue.find(id("a")).orElseThrow().state()).isEqualTo(TaskView.State.QUEUED));
        assertThat(drain()).containsExactly("a", "b");
    }

    @Test
    void a_released_task_is_back_in_its_old_place_and_nothing_is_counted() {
        queue.enqueueAll(List.of(task("a", 5), task("b", 5)));
        for (int i = 0; i < 5; i++) {
            Lease lease = awaitNext();
            assertThat(lease.task().id()).isEqualTo(id("a"));
            queue.release(lease.token(), "stopping");
            await().untilAsserted(() -> assertThat(queue.status().queued()).isEqualTo(2));
        }
        assertThat(queue.status().deadLetters()).isZero();
    }

    @Test
    void a_queued_task_is_cancelled_at_once() {
        queue.enqueue(task("a", 5));

        assertThat(queue.cancel(id("a"), "user:me")).isEqualTo(CancelAnswer.REMOVED);

        assertThat(next()).isEmpty();
        await().untilAsserted(() -> assertThat(finished()).singleElement().satisfies(finished -> {
            assertThat(finished.outcome().reason()).isEqualTo(Reason.CANCELLED);
            assertThat(finished.actor()).isEqualTo("user:me");
        }));
        await().untilAsserted(() -> assertThat(queue.cancel(id("a"), "user:me")).isEqualTo(CancelAnswer.UNKNOWN));
    }

    @Test
    void a_delayed_task_is_cancelled_at_once() {
        queue.enqueue(new Task(id("later"), "s", python("pass", 5, time.instant().plusSeconds(60))));

        assertThat(queue.cancel(id("later"), "user:me")).isEqualTo(CancelAnswer.REMOVED);
        assertThat(queue.status().delayed()).isZero();
    }

    @Test
    void the_holder_of_a_cancelled_task_is_told_with_its_next_heartbeat() {
        queue.enqueue(task("a", 5));
        Lease lease = next().orElseThrow();

        assertThat(queue.cancel(id("a"), "user:me")).isEqualTo(CancelAnswer.REQUESTED);

        assertThat(queue.extend(lease.token()).cancelRequested()).isTrue();
    }

    @Test
    void a_task_that_was_cancelled_and_then_lost_does_not_run_again() {
        queue.enqueue(task("a", 5));
        next().orElseThrow();
        queue.cancel(id("a"), "user:me");

        expireLeases();

        await().untilAsserted(() -> assertThat(finished()).singleElement().satisfies(
                finished -> assertThat(finished.outcome().reason()).isEqualTo(Reason.CANCELLED)));
        assertThat(next()).isEmpty();
    }

    @Test
    void an_unknown_task_cannot_be_cancelled() {
        assertThat(queue.cancel(id("nobody"), "user:me")).isEqualTo(CancelAnswer.UNKNOWN);
    }

    @Test
    void a_worker_gets_only_what_it_can_run() {
        queue.enqueue(task("a", 9));
        WorkerProfile other = new WorkerProfile("w2", Set.of("docker"), Set.of());
        WorkerProfile ruby = new WorkerProfile("w3", Set.of(), Set.of("ruby"));

        assertThat(queue.next(other, Duration.ZERO)).isEmpty();
        assertThat(queue.next(ruby, Duration.ZERO)).isEmpty();
        assertThat(next()).isPresent();
    }

    @Test
    void a_waiting_worker_gets_a_task_as_soon_as_it_comes() throws Exception {
        CompletableFuture<Optional<Lease>> waiting =
                CompletableFuture.supplyAsync(() -> queue.next(WORKER, Duration.ofSeconds(20)));
        await().until(() -> queue.status().workers() == 1);

        queue.enqueue(task("a", 5));

        assertThat(waiting.get(5, TimeUnit.SECONDS)).isPresent();
    }

    @Test
    void a_paused_queue_hands_out_nothing() {
        queue.enqueue(task("a", 5));
        queue.pause();

        assertThat(next()).isEmpty();
        assertThat(queue.status().paused()).isTrue();

        queue.resume();
        assertThat(next()).isPresent();
    }

    @Test
    void a_draining_queue_hands_out_and_accepts_nothing_and_lets_what_is_leased_end() {
        queue.enqueueAll(List.of(task("a", 5), task("b", 5)));
        Lease lease = next().orElseThrow();
        queue.drain();

        assertThat(next()).isEmpty();
        assertThatThrownBy(() -> queue.enqueue(task("c", 5))).isInstanceOfSatisfying(PlatformException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.QUEUE_DRAINING);
            assertThat(e.code().httpStatus()).isEqualTo(503);
            assertThat(e.retryAfter()).isPresent();
        });
        assertThat(queue.find(id("c"))).isEmpty();
        assertThat(queue.enqueue(task("b", 5)).id()).as("what it holds is still answered").isEqualTo(id("b"));
        assertThat(queue.status().draining()).isTrue();
        assertThat(queue.status().paused()).isTrue();
        queue.extend(lease.token());
        queue.complete(lease.token(), ok("done"));
        await().untilAsserted(() -> assertThat(finished()).hasSize(1));

        queue.resume();
        assertThat(queue.status().draining()).isFalse();
        queue.enqueue(task("c", 5));
        assertThat(drain()).containsExactly("b", "c");
    }

    @Test
    void a_pause_does_not_end_a_drain() {
        queue.drain();
        queue.pause();

        assertThat(queue.status().draining()).isTrue();
    }

    @Test
    void each_level_tells_how_long_its_tasks_waited_and_how_many_went() {
        for (int i = 1; i <= 20; i++) {
            queue.enqueue(task("low" + i, 2));
        }
        queue.enqueue(task("high", 9));
        time.advance(Duration.ofSeconds(1));
        for (int i = 0; i < 20; i++) {
            next();
            time.advance(Duration.ofSeconds(1));
        }

        QueueStatus status = queue.status();

        LevelStatus low = status.levels().get(2);
        assertThat(status.levels().get(9).waitP50()).isEqualTo(Duration.ofSeconds(1));
        assertThat(status.levels().get(9).oldestAge()).isNull();
        assertThat(low.handedOut()).isEqualTo(19);
        assertThat(low.queued()).isEqualTo(1);
        assertThat(low.waitP50()).isEqualTo(Duration.ofSeconds(11));
        assertThat(low.waitP95()).isEqualTo(Duration.ofSeconds(20));
        assertThat(low.oldestAge()).isEqualTo(Duration.ofSeconds(21));
        assertThat(low.perSecond()).isEqualTo(19 / 60.0);
        assertThat(low.lifted()).isZero();
        assertThat(low.starvation()).isEqualTo(21 / (9 * 60.0));
        assertThat(status.priorityEffectiveness()).isEqualTo(1 - 1 / 11.0);
        assertThat(status.levels().get(0).waitP50()).isNull();
        time.advance(Duration.ofSeconds(61));
        assertThat(queue.status().levels().get(2).perSecond()).isZero();
        assertThat(queue.status().levels().get(2).handedOut()).isEqualTo(19);
    }

    @Test
    void a_task_that_age_lifted_over_a_more_urgent_one_is_counted() {
        queue.enqueue(task("old", 3));
        time.advance(CONFIG.agingInterval().multipliedBy(4));
        queue.enqueue(task("five", 5));
        drain();

        assertThat(queue.status().levels().get(3).lifted()).isEqualTo(1);
        assertThat(queue.status().levels().get(5).lifted()).isZero();
    }

    @Test
    void a_new_task_does_not_go_before_a_more_urgent_one_because_its_level_has_an_old_one() {
        queue.enqueue(new Task(id("old1"), "flooder", python("pass", 3, null)));
        queue.enqueue(new Task(id("old2"), "flooder", python("pass", 3, null)));
        time.advance(CONFIG.agingInterval().multipliedBy(3));
        queue.enqueue(new Task(id("fresh"), "other", python("pass", 3, null)));
        queue.enqueue(task("five", 5));

        assertThat(drain()).containsExactly("old1", "old2", "five", "fresh");
    }

    @Test
    void what_a_worker_cannot_run_neither_holds_up_nor_lifts_what_it_can() {
        queue.enqueue(task("old", 3));
        time.advance(CONFIG.agingInterval().multipliedBy(5));
        queue.enqueue(new Task(id("low"), "s", bash(3)));
        queue.enqueue(new Task(id("high"), "s", bash(5)));
        WorkerProfile worker = new WorkerProfile("w2", Set.of(), Set.of("bash"));

        assertThat(queue.next(worker, Duration.ZERO).orElseThrow().task().id()).isEqualTo(id("high"));
        assertThat(queue.next(worker, Duration.ZERO).orElseThrow().task().id()).isEqualTo(id("low"));
        assertThat(queue.next(worker, Duration.ZERO)).isEmpty();
        assertThat(next().orElseThrow().task().id()).isEqualTo(id("old"));
    }

    @Test
    void a_single_task_goes_next_but_one_however_many_of_another_submitter_have_aged() {
        for (int i = 0; i < 200; i++) {
            queue.enqueue(new Task(id("flood" + i), "flooder", python("pass")));
        }
        time.advance(CONFIG.agingInterval().multipliedBy(30));
        queue.enqueue(new Task(id("single"), "other", python("pass")));

        assertThat(drain().indexOf("single")).isLessThanOrEqualTo(1);
    }

    @Test
    void a_task_that_was_put_off_counts_its_age_from_its_time() {
        queue.enqueue(new Task(id("later"), "s", python("pass", 5, time.instant().plusSeconds(100))));
        time.advance(Duration.ofSeconds(50));
        queue.enqueue(task("sooner", 5));
        time.advance(Duration.ofSeconds(60));

        assertThat(drain()).containsExactly("sooner", "later");
    }

    @Test
    void the_status_counts_every_state() {
        queue.enqueueAll(List.of(task("a", 1), task("b", 5), task("c", 5)));
        queue.enqueue(new Task(id("later"), "s", python("pass", 5, time.instant().plusSeconds(60))));
        time.advance(Duration.ofSeconds(3));
        next();

        QueueStatus status = queue.status();

        assertThat(status.queued()).isEqualTo(2);
        assertThat(status.processing()).isEqualTo(1);
        assertThat(status.delayed()).isEqualTo(1);
        assertThat(status.byPriority()).containsExactly(0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0);
        assertThat(status.oldestAge()).isEqualTo(Duration.ofSeconds(3));
        assertThat(status.workers()).isEqualTo(1);
    }

    protected static Task task(String name, int priority) {
        return new Task(id(name), "someone", python("print('" + name + "')", priority, null));
    }

    private static Submission bash(int priority) {
        Submission python = python("true", priority, null);
        return new Submission(
                python.code(), "bash", python.engine(), priority, python.limits(), "", List.of(), Map.of(), Map.of(), null,
                null, null);
    }

    /** Lets a task fail as often as it may. */
    private void kill(Task task) {
        int before = finished().size();
        queue.enqueue(task);
        for (int attempt = 1; attempt <= CONFIG.maxAttempts(); attempt++) {
            queue.fail(awaitNext().token(), "broken " + attempt);
        }
        await().untilAsserted(() -> assertThat(finished()).hasSize(before + 1));
        await().untilAsserted(() -> assertThat(queue.find(task.id()).orElseThrow().state())
                .isEqualTo(TaskView.State.DEAD_LETTER));
    }

    protected Optional<Lease> next() {
        return queue.next(WORKER, Duration.ZERO);
    }

    /** The next task, once its return has been settled or its delay is over. */
    protected Lease awaitNext() {
        List<Lease> found = new ArrayList<>();
        await().until(() -> {
            time.advance(Duration.ofMillis(500));
            tick();
            next().ifPresent(found::add);
            return !found.isEmpty();
        });
        return found.get(0);
    }

    protected void expireLeases() {
        for (int i = 0; i < 8; i++) {
            time.advance(Duration.ofSeconds(5));
            tick();
        }
    }

    protected List<Settlement.Finished> finished() {
        return settled.stream()
                .filter(Settlement.Finished.class::isInstance).map(Settlement.Finished.class::cast).toList();
    }

    protected List<String> drain() {
        List<String> ids = new ArrayList<>();
        for (Optional<Lease> lease = next(); lease.isPresent(); lease = next()) {
            EvaluationId id = lease.get().task().id();
            ids.add(id.value());
        }
        return ids;
    }

    private void reopen(QueueConfig config) {
        close();
        queue = open(config, settled::addAll);
    }

    private static void assertLeaseLost(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(
                PlatformException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LEASE_LOST));
    }
}
