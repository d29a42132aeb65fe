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
import dev.crucible.platform.db.Database;
import dev.crucible.testing.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The contract on PostgreSQL, and what only a queue that survives can promise. */
class JournaledTaskQueueTest extends TaskQueueContract {
    private final String databaseName = TestDatabase.create();
    private final List<Database> databases = new ArrayList<>();
    private PriorityTaskQueue opened;

    @Override
    protected TaskQueue open(QueueConfig config, SettlementHandler handler) {
        Database database = TestDatabase.open(databaseName);
        databases.add(database);
        opened = new PriorityTaskQueue(config, new PostgresJournal(database, time), handler, time, time::nanos);
        opened.start();
        return opened;
    }

    @Override
    protected void tick() {
        opened.tick();
    }

    @Override
    protected void close() {
        opened.close();
    }

    @AfterEach
    void closeDatabases() {
        databases.forEach(Database::close);
    }

    @Test
    void queued_tasks_come_back_in_their_order_after_a_crash() {
        queue.enqueueAll(List.of(task("a", 5), task("b", 9), task("c", 5), task("d", 0)));

        crashAndRestart();

        assertThat(drain()).containsExactly("b", "a", "c", "d");
    }

    @Test
    void a_leased_task_comes_back_after_a_crash_in_its_old_place_and_is_told_of() {
        queue.enqueueAll(List.of(task("a", 5), task("b", 5)));
        Lease lease = next().orElseThrow();

        crashAndRestart();
        Lease again = awaitNext();

        assertThat(again.task().id()).isEqualTo(id("a"));
        assertThat(again.attempt()).isEqualTo(2);
        assertThat(settled).anySatisfy(settlement -> assertThat(settlement).isInstanceOf(Settlement.Requeued.class));
        assertThatThrownBy(() -> queue.complete(lease.token(), ok("from before the crash")))
                .isInstanceOfSatisfying(PlatformException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LEASE_LOST));
    }

    @Test
    void a_crash_of_the_server_is_not_an_attempt_lost_by_a_worker() {
        queue.enqueue(task("a", 5));
        for (int crash = 1; crash <= CONFIG.maxAttempts() + 2; crash++) {
            awaitNext();
            crashAndRestart();
        }
        queue.complete(awaitNext().token(), ok("at last"));

        await().untilAsserted(() -> assertThat(finished()).singleElement().satisfies(
                finished -> assertThat(finished.outcome().reason()).isEqualTo(Reason.OK)));
    }

    @Test
    void a_task_that_takes_the_server_down_each_time_ends_as_a_dead_letter() {
        queue.enqueue(task("a", 5));
        for (int crash = 0; crash <= PostgresJournal.MAX_CRASHES; crash++) {
            awaitNext();
            crashAndRestart();
        }
        await().untilAsserted(() -> assertThat(finished()).singleElement().satisfies(
                finished -> assertThat(finished.outcome().reason()).isEqualTo(Reason.SANDBOX_ERROR)));
        assertThat(queue.deadLetters(10)).extracting(DeadLetter::id).containsExactly(id("a"));
        assertThat(next()).isEmpty();
    }

    @Test
    void a_result_that_was_not_settled_before_a_crash_is_settled_after_it() {
        AtomicBoolean storeIsDown = new AtomicBoolean(true);
        reopenWithStoreDown(storeIsDown);
        queue.enqueue(task("a", 5));
        queue.complete(next().orElseThrow().token(), ok("kept"));
        assertThat(queue.find(id("a")).orElseThrow().state()).isEqualTo(TaskView.State.ENDED);

        crashAndRestart();

        await().untilAsserted(() -> assertThat(finished()).singleElement().satisfies(
                finished -> assertThat(finished.outcome()).usingRecursiveComparison().isEqualTo(ok("kept"))));
        await().untilAsserted(() -> assertThat(queue.find(id("a"))).isEmpty());
        assertThat(next()).isEmpty();
    }

    @Test
    void an_outage_of_the_store_delays_a_result_and_loses_none() {
        AtomicBoolean storeIsDown = new AtomicBoolean(true);
        reopenWithStoreDown(storeIsDown);
        queue.enqueue(task("a", 5));
        queue.complete(next().orElseThrow().token(), ok("hi"));
        assertThat(finished()).isEmpty();

        storeIsDown.set(false);

        await().untilAsserted(() -> assertThat(finished()).hasSize(1));
    }

    @Test
    void delays_losses_and_dead_letters_survive_a_crash() {
        queue.enqueue(new Task(id("later"), "s", python("pass", 5, time.instant().plusSeconds(3600))));
        queue.enqueue(task("a", 5));
        queue.fail(next().orElseThrow().token(), "one");
        crashAndRestart();
        queue.fail(awaitNext().token(), "two");
        crashAndRestart();
        assertThat(queue.fail(awaitNext().token(), "three")).isEqualTo(Failed.DEAD_LETTER);
        crashAndRestart();

        assertThat(queue.status().delayed()).isEqualTo(1);
        assertThat(queue.deadLetters(10)).singleElement().satisfies(
                letter -> assertThat(letter.history()).extracting(DeadLetter.LostAttempt::error)
                        .containsExactly("one", "two", "three"));
        assertThat(queue.status().deadLetters()).isEqualTo(1);
    }

    @Test
    void a_cancelled_task_does_not_come_back_after_a_crash() {
        queue.enqueueAll(List.of(task("a", 5), task("b", 5)));
        queue.cancel(id("a"), "user:me");

        crashAndRestart();

        assertThat(drain()).containsExactly("b");
    }

    @Test
    void a_task_that_was_cancelled_while_a_worker_had_it_does_not_run_again_after_a_crash() {
        queue.enqueueAll(List.of(task("a", 5), task("b", 5)));
        next();
        assertThat(queue.cancel(id("a"), "user:me")).isEqualTo(CancelAnswer.REQUESTED);

        crashAndRestart();

        await().untilAsserted(() -> assertThat(finished()).singleElement().satisfies(finished -> {
            assertThat(finished.outcome().reason()).isEqualTo(Reason.CANCELLED);
            assertThat(finished.actor()).isEqualTo("user:me");
        }));
        assertThat(drain()).containsExactly("b");
    }

    @Test
    void a_second_server_on_the_same_database_is_refused() {
        Database other = TestDatabase.open(databaseName);
        databases.add(other);
        PriorityTaskQueue second =
                new PriorityTaskQueue(CONFIG, new PostgresJournal(other, time), settled::addAll, time, time::nanos);

        assertThatThrownBy(second::start)
                .isInstanceOf(PlatformException.class).hasMessageContaining("Another Crucible server");
        assertThat(queue.enqueue(task("a", 5)).id()).as("the first goes on").isEqualTo(id("a"));
    }

    @Test
    void a_server_that_was_replaced_can_write_nothing() {
        queue.enqueue(task("a", 5));
        Lease lease = next().orElseThrow();
        databases.get(0).dsl().execute("update queue.server set epoch = epoch + 1");

        assertThatThrownBy(() -> queue.complete(lease.token(), ok("late"))).hasMessageContaining("taken over");
        assertThatThrownBy(() -> queue.enqueue(task("b", 5))).isInstanceOf(PlatformException.class);
    }

    @Test
    void the_journal_is_empty_once_everything_is_settled() {
        for (int i = 0; i < 50; i++) {
            queue.enqueue(task("t" + i, 5));
        }
        for (Optional<Lease> lease = next(); lease.isPresent(); lease = next()) {
            queue.complete(lease.get().token(), ok("x"));
        }
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            for (String table : List.of("task", "task_payload", "task_result", "task_loss")) {
                assertThat(databases.get(0).dsl().fetch("select 1 from queue." + table)).as(table).isEmpty();
            }
        });
    }

    @Test
    void inputs_with_any_character_come_back_unharmed() {
        String wild = "print('\u0000 \u00e9 \ud83d\ude00 \\u0000')\n\t\"'";
        EvaluationId name = id("wild");
        queue.enqueue(new Task(name, "s", python(wild)));

        crashAndRestart();

        assertThat(next().orElseThrow().task().submission().code()).isEqualTo(wild);
    }

    @Test
    void a_hundred_thousand_queued_tasks_keep_their_order_over_a_restart() {
        close();
        queue = open(new QueueConfig(200_000, CONFIG.agingInterval(), CONFIG.lease(), 3), settled::addAll);
        int count = 100_000;
        for (int from = 0; from < count; from += 5_000) {
            queue.enqueueAll(IntStream.range(from, from + 5_000).mapToObj(i -> task("t" + i, 5)).toList());
        }
        queue.enqueue(task("urgent", 9));

        crashAndRestart();

        assertThat(queue.status().queued()).isEqualTo(count + 1);
        assertThat(IntStream.range(0, count / 500).map(i -> 500 * i))
                .allSatisfy(i -> assertThat(queue.find(id("t" + i)).orElseThrow().position()).isEqualTo(i + 1));
        assertThat(List.of(next(), next(), next())).extracting(lease -> lease.orElseThrow().task().id().value())
                .containsExactly("urgent", "t0", "t1");
    }

    @Test
    void a_corrupted_last_journal_entry_is_told_and_not_fatal() {
        queue.enqueueAll(List.of(task("a", 5), task("b", 5), task("cut", 9), task("gone", 9)));
        sql("update queue.task_payload set body = left(body, 20) where id = 'cut'");
        sql("delete from queue.task_payload where id = 'gone'");

        crashAndRestart();

        assertThat(drain()).containsExactly("a", "b");
        await().untilAsserted(() -> assertThat(finished()).extracting(one -> one.id().value())
                .containsExactlyInAnyOrder("cut", "gone"));
        assertThat(finished()).allSatisfy(one -> {
            assertThat(one.outcome().reason()).isEqualTo(Reason.SANDBOX_ERROR);
            assertThat(one.outcome().detail()).contains("can be read");
        });
        DeadTask dead = queue.deadLetter(id("cut")).orElseThrow();
        assertThat(dead.task()).isNull();
        assertThat(dead.letter().history()).hasSize(1);
        assertThat(queue.discard(List.of(id("cut"), id("gone")))).hasSize(2);
    }

    @Test
    void a_corrupted_result_in_the_journal_is_told_and_not_fatal() {
        AtomicBoolean storeIsDown = new AtomicBoolean(true);
        reopenWithStoreDown(storeIsDown);
        queue.enqueueAll(List.of(task("a", 5), task("b", 5)));
        queue.complete(next().orElseThrow().token(), ok("kept"));
        sql("update queue.task_result set outcome = left(outcome, 20) where id = 'a'");

        crashAndRestart();

        await().untilAsserted(() -> assertThat(finished()).singleElement().satisfies(finished -> {
            assertThat(finished.outcome().reason()).isEqualTo(Reason.SANDBOX_ERROR);
            assertThat(finished.outcome().detail()).contains("cannot be read");
        }));
        assertThat(drain()).containsExactly("b");
    }

    @Test
    void a_discarded_dead_letter_does_not_come_back_after_a_crash_and_leaves_nothing_behind() {
        AtomicBoolean storeIsDown = new AtomicBoolean(true);
        close();
        queue = open(new QueueConfig(10, CONFIG.agingInterval(), CONFIG.lease(), 1), settlements -> {
            if (storeIsDown.get()) {
                throw new PlatformException(ErrorCode.STORAGE_UNAVAILABLE, "down");
            }
            settled.addAll(settlements);
        });
        queue.enqueueAll(List.of(task("settled", 9), task("unsettled", 9), task("b", 5)));
        storeIsDown.set(false);
        assertThat(queue.fail(next().orElseThrow().token(), "broken")).isEqualTo(Failed.DEAD_LETTER);
        await().untilAsserted(() -> assertThat(finished()).hasSize(1));
        storeIsDown.set(true);
        queue.fail(next().orElseThrow().token(), "broken");
        assertThat(queue.status().deadLetters()).isEqualTo(2);
        assertThat(queue.discard(List.of(id("settled"), id("unsettled")))).hasSize(2);

        crashAndRestart();

        assertThat(queue.deadLetters(10)).isEmpty();
        await().untilAsserted(() -> assertThat(finished()).extracting(one -> one.id().value())
                .as("its result is told all the same").contains("unsettled"));
        await().untilAsserted(() -> assertThat(queue.find(id("unsettled"))).isEmpty());
        assertThat(queue.find(id("settled"))).isEmpty();
        assertThat(drain()).containsExactly("b");
        await().untilAsserted(() -> assertThat(databases.get(databases.size() - 1).dsl().fetch(
                "select id from queue.task union all select id from queue.task_payload"
                        + " union all select id from queue.task_loss union all select id from queue.task_result")
                .getValues(0, String.class)).containsOnly("b"));
    }

    private void sql(String statement) {
        databases.get(databases.size() - 1).dsl().execute(statement);
    }

    private void reopenWithStoreDown(AtomicBoolean storeIsDown) {
        close();
        queue = open(CONFIG, settlements -> {
            if (storeIsDown.get()) {
                throw new PlatformException(ErrorCode.STORAGE_UNAVAILABLE, "down");
            }
            settled.addAll(settlements);
        });
    }

    /** What is left behind is what a {@code kill -9} leaves: the connections end, and nothing else happens. */
    private void crashAndRestart() {
        databases.get(databases.size() - 1).close();
        opened.close();
        queue = open(CONFIG, settled::addAll);
    }
}
