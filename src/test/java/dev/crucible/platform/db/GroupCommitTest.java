package dev.crucible.platform.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.db.GroupCommit.Bounds;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class GroupCommitTest {
    private static final ErrorCode AWAY = ErrorCode.STORAGE_UNAVAILABLE;

    /** Holds each batch until it is let through, and remembers what it was given. */
    private static final class Gate implements GroupCommit.Batch<String, String> {
        final Semaphore passes = new Semaphore(0);
        final Semaphore entered = new Semaphore(0);
        final List<List<String>> batches = new CopyOnWriteArrayList<>();

        @Override
        public List<String> commit(List<String> items) {
            batches.add(List.copyOf(items));
            entered.release();
            passes.acquireUninterruptibly();
            return items.stream().map(item -> item + "!").toList();
        }
    }

    private static GroupCommit<String, String> committer(GroupCommit.Batch<String, String> batch) {
        return new GroupCommit<>("test-commit", new Bounds(100, 10), AWAY, batch);
    }

    @Test
    void what_comes_during_a_commit_is_the_next_batch_in_order() {
        Gate gate = new Gate();
        List<CompletableFuture<String>> answers = new ArrayList<>();
        try (var commit = committer(gate)) {
            answers.add(commit.submit("0"));
            gate.entered.acquireUninterruptibly();
            for (int i = 1; i <= 12; i++) {
                answers.add(commit.submit(Integer.toString(i)));
            }
            assertThat(answers.get(0)).isNotDone();
            gate.passes.release(3);
        }

        assertThat(gate.batches).containsExactly(
                List.of("0"), List.of("1", "2", "3", "4", "5", "6", "7", "8", "9", "10"), List.of("11", "12"));
        assertThat(answers).extracting(CompletableFuture::join).startsWith("0!", "1!").endsWith("12!");
    }

    @Test
    void a_bad_item_fails_alone() {
        Gate gate = new Gate();
        gate.passes.release(100);
        CountDownLatch first = new CountDownLatch(1);
        GroupCommit.Batch<String, String> batch = items -> {
            awaitUninterruptibly(first);
            if (items.contains("bad")) {
                throw new PlatformException(ErrorCode.ALREADY_EXISTS, "taken");
            }
            return gate.commit(items);
        };
        try (var commit = committer(batch)) {
            commit.submit("blocks until all are there");
            var good = commit.submit("good");
            var bad = commit.submit("bad");
            var better = commit.submit("better");
            first.countDown();

            assertThat(good.join()).isEqualTo("good!");
            assertThat(better.join()).isEqualTo("better!");
            assertThatThrownBy(() -> GroupCommit.await(bad))
                    .isInstanceOfSatisfying(PlatformException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.ALREADY_EXISTS));
        }
    }

    @Test
    void when_the_database_is_away_all_fail_at_once_and_later_ones_are_tried_again() {
        List<List<String>> tries = new CopyOnWriteArrayList<>();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch first = new CountDownLatch(1);
        GroupCommit.Batch<String, String> batch = items -> {
            entered.countDown();
            awaitUninterruptibly(first);
            tries.add(items);
            if (tries.size() == 2) {
                throw new PlatformException(AWAY, "away");
            }
            return items;
        };
        try (var commit = committer(batch)) {
            commit.submit("first");
            awaitUninterruptibly(entered);
            var one = commit.submit("one");
            var two = commit.submit("two");
            first.countDown();

            for (var answer : List.of(one, two)) {
                assertThatThrownBy(() -> GroupCommit.await(answer))
                        .isInstanceOfSatisfying(PlatformException.class, e -> assertThat(e.code()).isEqualTo(AWAY));
            }
            assertThat(tries).hasSize(2);
            assertThat(commit.commit("back")).isEqualTo("back");
        }
    }

    @Test
    void too_much_waiting_is_refused_with_a_time_to_wait() {
        Gate gate = new Gate();
        try (var commit = new GroupCommit<String, String>(
                "test-commit", new Bounds(10, 100), String::length, AWAY, gate)) {
            commit.submit("under way");
            gate.entered.acquireUninterruptibly();
            var heavyButAlone = commit.submit("heavier than the bound of ten");

            assertThatThrownBy(() -> commit.submit("x"))
                    .isInstanceOfSatisfying(PlatformException.class, e -> {
                        assertThat(e.code()).isEqualTo(AWAY);
                        assertThat(e.retryAfter()).isPresent();
                    });
            gate.passes.release(2);
            assertThat(heavyButAlone.join()).endsWith("!");
        }
    }

    @Test
    void closing_commits_what_was_taken_and_takes_no_more() {
        Gate gate = new Gate();
        var commit = committer(gate);
        var underWay = commit.submit("under way");
        gate.entered.acquireUninterruptibly();
        var waiting = commit.submit("waiting");
        gate.passes.release(2);
        commit.close();
        commit.close();

        assertThat(underWay).isCompletedWithValue("under way!");
        assertThat(waiting).isCompletedWithValue("waiting!");
        assertThatThrownBy(() -> commit.submit("late"))
                .isInstanceOfSatisfying(PlatformException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.STOPPING));
    }

    @Test
    void an_error_in_a_batch_does_not_end_the_committer() {
        try (var commit = committer(items -> {
            if (items.contains("boom")) {
                throw new StackOverflowError("boom");
            }
            return items;
        })) {
            assertThatThrownBy(() -> commit.commit("boom")).hasRootCauseInstanceOf(StackOverflowError.class);
            assertThat(commit.commit("after")).isEqualTo("after");
        }
    }

    @Test
    void many_writers_each_get_their_own_answer() throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(16);
        try (var commit = committer(items -> items.stream().map(item -> "answer to " + item).toList())) {
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int writer = 0; writer < 16; writer++) {
                String name = "writer " + writer;
                all.add(CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < 500; i++) {
                        assertThat(commit.commit(name + "." + i)).isEqualTo("answer to " + name + "." + i);
                    }
                }, writers));
            }
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
        } finally {
            writers.shutdownNow();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
