package dev.crucible.queue;

import static dev.crucible.testing.Submissions.id;
import static dev.crucible.testing.Submissions.ok;
import static dev.crucible.testing.Submissions.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crucible.platform.db.Database;
import dev.crucible.testing.ManualTime;
import dev.crucible.testing.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** However many tasks go through, the journal stays as small as what it holds. */
class JournalHygieneTest {
    private static final int ROUNDS = 8;
    private static final int TASKS = 3_000;
    private static final int BATCH = 500;
    private static final int WORKERS = 16;

    private final ManualTime time = new ManualTime();
    private final Database database = TestDatabase.fresh();
    private final PriorityTaskQueue queue = new PriorityTaskQueue(
            new QueueConfig(TASKS, Duration.ofSeconds(60), Duration.ofSeconds(30), 3),
            new PostgresJournal(database, time, new Recorded()), new Recorded(), time, time::nanos);

    /** The results are recorded with the journal's own transaction, as the platform does. */
    private static final class Recorded implements JointSettlementHandler {
        @Override
        public void settle(List<Settlement> settlements) {}

        @Override
        public List<Runnable> settleWithin(List<Settlement.Finished> results) {
            return Collections.nCopies(results.size(), () -> {});
        }
    }

    @BeforeEach
    void start() {
        queue.start();
    }

    @AfterEach
    void close() {
        queue.close();
        database.close();
    }

    @Test
    void tables_and_indexes_stay_bounded_and_handing_out_stays_on_the_page() {
        enqueue(1);
        Map<String, Long> full = sizes();
        runAll();
        for (int round = 2; round <= ROUNDS; round++) {
            vacuum();
            enqueue(round);
            runAll();
        }

        // An index takes a page into use again only at the second vacuum after it became empty.
        sizes().forEach((relation, bytes) -> assertThat(bytes)
                .as("%s, which a full backlog needs %s of", relation, full.get(relation))
                .isLessThanOrEqualTo(Math.max(64 << 10, 3 * full.get(relation))));
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertThat(counted("n_tup_upd")).isGreaterThanOrEqualTo(ROUNDS * TASKS);
            assertThat(counted("n_tup_hot_upd")).as("of " + counted("n_tup_upd")).isGreaterThanOrEqualTo(counted("n_tup_upd") * 9 / 10);
        });
    }

    @Test
    void vacuum_comes_by_itself() {
        enqueue(1);
        runAll();

        await().atMost(Duration.ofSeconds(120)).pollInterval(Duration.ofSeconds(1)).untilAsserted(() -> {
            for (String table : List.of("task", "task_payload")) {
                assertThat(database.dsl().fetchSingle(
                                "select autovacuum_count from pg_stat_user_tables where schemaname = 'queue' and relname = ?",
                                table)
                        .get(0, Long.class)).as(table).isPositive();
            }
        });
    }

    private void enqueue(int round) {
        for (int from = 0; from < TASKS; from += BATCH) {
            List<Task> batch = new ArrayList<>();
            for (int i = from; i < from + BATCH; i++) {
                batch.add(new Task(id("eval_%03d_%06d".formatted(round, i)), "s", python("print(" + i + ")")));
            }
            queue.enqueueAll(batch);
        }
    }

    /** Brings every task to its end. */
    private void runAll() {
        List<CompletableFuture<Void>> workers = IntStream.range(0, WORKERS)
                .mapToObj(number -> CompletableFuture.runAsync(() -> work("w" + number), task -> new Thread(task).start()))
                .toList();
        workers.forEach(CompletableFuture::join);
        assertThat(queue.status().queued()).isZero();
    }

    private void work(String name) {
        WorkerProfile worker = new WorkerProfile(name, Set.of(), Set.of());
        while (true) {
            Lease lease = queue.next(worker, Duration.ZERO).orElse(null);
            if (lease == null) {
                return;
            }
            queue.complete(lease.token(), ok("x"));
        }
    }

    /** What autovacuum does in its own time. */
    private void vacuum() {
        for (String table : List.of("task", "task_payload", "task_result", "task_loss")) {
            database.dsl().execute("vacuum queue." + table);
        }
    }

    private Map<String, Long> sizes() {
        Map<String, Long> sizes = new TreeMap<>();
        database.dsl().fetch(
                        "select relname, case relkind when 'r' then pg_total_relation_size(oid) else pg_relation_size(oid) end"
                                + " from pg_class where relnamespace = 'queue'::regnamespace and relkind in ('r', 'i')")
                .forEach(row -> sizes.put(row.get(0, String.class), row.get(1, Long.class)));
        return sizes;
    }

    private long counted(String figure) {
        return database.dsl().fetchSingle("select " + figure
                        + " from pg_stat_user_tables where schemaname = 'queue' and relname = 'task'").get(0, Long.class);
    }
}
