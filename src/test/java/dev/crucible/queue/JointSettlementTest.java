package dev.crucible.queue;

import static dev.crucible.testing.Submissions.id;
import static dev.crucible.testing.Submissions.ok;
import static dev.crucible.testing.Submissions.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.db.Database;
import dev.crucible.testing.ManualTime;
import dev.crucible.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds when results are recorded in the transaction of the queue's journal. */
class JointSettlementTest {
    private static final QueueConfig CONFIG =
            new QueueConfig(1_000, Duration.ofSeconds(60), Duration.ofSeconds(30), 3);
    private static final WorkerProfile WORKER = new WorkerProfile("w1", Set.of(), Set.of());

    private final String databaseName = TestDatabase.create();
    private final Database database = TestDatabase.open(databaseName);
    private final ManualTime time = new ManualTime();
    private final Recorder recorder = new Recorder();
    private PriorityTaskQueue queue = open(database);

    /** Keeps results in a table of its own in the queue's database. */
    private final class Recorder implements JointSettlementHandler {
        private final List<Settlement> offered = new CopyOnWriteArrayList<>();
        private final List<Settlement> settledLater = new CopyOnWriteArrayList<>();
        private final List<String> told = new CopyOnWriteArrayList<>();
        private volatile PlatformException failure;

        @Override
        public void settle(List<Settlement> settlements) {
            settledLater.addAll(settlements);
        }

        @Override
        public List<Runnable> settleWithin(List<Settlement.Finished> results) {
            offered.addAll(results);
            results.forEach(result -> database.joined().add("insert into recorded values (?)").value(result.id().value()));
            if (failure != null) {
                throw failure;
            }
            return results.stream().map(result -> (Runnable) () -> told.add(result.id().value())).toList();
        }
    }

    private PriorityTaskQueue open(Database on) {
        PriorityTaskQueue opened =
                new PriorityTaskQueue(CONFIG, new PostgresJournal(on, time, recorder), recorder, time, time::nanos);
        opened.start();
        return opened;
    }

    @BeforeEach
    void makeTable() {
        database.dsl().execute("create table recorded (id text primary key)");
    }

    @AfterEach
    void close() {
        queue.close();
        database.close();
    }

    @Test
    void a_result_is_recorded_and_its_task_forgotten_by_the_time_the_report_is_answered() {
        Lease lease = lease("a");

        queue.complete(lease.token(), ok("hi"));

        assertThat(recorded()).containsExactly("a");
        assertThat(recorder.told).containsExactly("a");
        assertThat(rows("task")).isZero();
        assertThat(rows("task_payload")).isZero();
        assertThat(rows("task_result")).isZero();
        assertThat(queue.find(id("a"))).isEmpty();
        assertThat(queue.status().processing()).isZero();
        assertThat(recorder.settledLater).isEmpty();
    }

    @Test
    void a_cancellation_of_a_waiting_task_is_recorded_at_once_too() {
        queue.enqueue(task("a"));

        assertThat(queue.cancel(id("a"), "user:me")).isEqualTo(CancelAnswer.REMOVED);

        assertThat(recorded()).containsExactly("a");
        assertThat(rows("task")).isZero();
    }

    @Test
    void a_record_that_refuses_to_be_written_does_not_lose_the_result() {
        Lease lease = lease("a");
        recorder.failure = new PlatformException(ErrorCode.INTERNAL, "The database refused a statement");

        queue.complete(lease.token(), ok("hi"));

        await().untilAsserted(() -> assertThat(recorder.settledLater).singleElement()
                .isInstanceOfSatisfying(Settlement.Finished.class, finished ->
                        assertThat(finished.id()).isEqualTo(id("a"))));
        assertThat(recorded()).as("undone with the first try").isEmpty();
        assertThat(recorder.told).isEmpty();
        await().untilAsserted(() -> assertThat(rows("task_result") + rows("task")).isZero());
    }

    @Test
    void a_server_that_was_replaced_records_nothing() {
        Lease lease = lease("a");
        database.dsl().execute("update queue.server set epoch = epoch + 1");

        assertThatThrownBy(() -> queue.complete(lease.token(), ok("late"))).hasMessageContaining("taken over");

        assertThat(recorded()).isEmpty();
        assertThat(recorder.told).isEmpty();
        assertThat(rows("task")).isEqualTo(1);
    }

    @Test
    void a_report_that_is_repeated_after_an_outage_is_the_same_result() {
        Lease lease = lease("a");
        recorder.failure = new PlatformException(ErrorCode.QUEUE_UNAVAILABLE, "The database cannot be used at present");
        assertThatThrownBy(() -> queue.complete(lease.token(), ok("hi"))).isInstanceOf(PlatformException.class);
        recorder.failure = null;
        time.advance(Duration.ofSeconds(2));

        queue.complete(lease.token(), ok("hi"));

        assertThat(recorder.offered).hasSize(2);
        assertThat(recorder.offered.get(1).at()).isEqualTo(recorder.offered.get(0).at());
        assertThat(recorded()).containsExactly("a");
    }

    @Test
    void a_crash_before_the_commit_leaves_neither_the_result_nor_its_record() {
        Lease lease = lease("a");
        recorder.failure = new PlatformException(ErrorCode.QUEUE_UNAVAILABLE, "The server is about to be killed");
        assertThatThrownBy(() -> queue.complete(lease.token(), ok("hi"))).isInstanceOf(PlatformException.class);
        recorder.failure = null;

        queue.close();
        queue = open(database);

        assertThat(recorded()).isEmpty();
        await().untilAsserted(() -> assertThat(queue.status().queued()).isEqualTo(1));
        Lease again = queue.next(WORKER, Duration.ZERO).orElseThrow();
        assertThat(again.attempt()).isEqualTo(2);
        queue.complete(again.token(), ok("hi"));
        assertThat(recorded()).containsExactly("a");
    }

    private Lease lease(String name) {
        queue.enqueue(task(name));
        return queue.next(WORKER, Duration.ZERO).orElseThrow();
    }

    private static Task task(String name) {
        return new Task(id(name), "someone", python("print('" + name + "')", 5, null));
    }

    private List<String> recorded() {
        return database.dsl().fetch("select id from recorded").getValues(0, String.class);
    }

    private int rows(String table) {
        return database.dsl().fetchSingle("select count(*) from queue." + table).get(0, Integer.class);
    }
}
