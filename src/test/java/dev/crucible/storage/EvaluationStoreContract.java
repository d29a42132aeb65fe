package dev.crucible.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Artifact;
import dev.crucible.kernel.evaluation.CapturedOutput;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.kernel.evaluation.Isolation;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.kernel.evaluation.SourceFile;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.kernel.evaluation.TestCase.Match;
import dev.crucible.kernel.evaluation.TestCase;
import dev.crucible.kernel.evaluation.TestOutcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every store of evaluations promises. */
abstract class EvaluationStoreContract {
    static final Instant START = Instant.parse("2026-11-21T10:20:30.123456Z");

    private Instant now = START;
    private EvaluationStore store;
    private int made;

    /** A new, empty store. */
    abstract EvaluationStore open(InstantSource clock);

    @BeforeEach
    void openStore() {
        store = open(() -> now);
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    // Creating

    @Test
    void what_was_created_is_found_whole() {
        Submission submission = new Submission(
                "print(1)", "python", "sandbox", 7,
                new Limits(Duration.ofMillis(1500), Duration.ofSeconds(3), 1, 2, 3, 4, 5),
                "in", List.of("a", "b c"), Map.of("X", "1"), Map.of("team", "blue"), "{\"k\":[1,2]}",
                START.plusSeconds(60), "00-abc-def-01");
        NewEvaluation asked = new NewEvaluation(id("eval_1"), "alice", submission, START, "trace-1");

        Created created = store.create(List.of(asked), null);

        assertThat(created.ids()).containsExactly(id("eval_1"));
        assertThat(created.replayed()).isFalse();
        assertThat(store.find(id("eval_1"))).contains(new Evaluation(
                id("eval_1"), "alice", submission, EvaluationStatus.QUEUED, 0, null, START, START, null, null, null,
                "local", "trace-1"));
    }

    @Test
    void the_first_line_of_the_timeline_is_the_submission() {
        Created created = create(submission("python"));

        TimelineEntry entry = created.entries().get(0);
        assertThat(entry.from()).isNull();
        assertThat(entry.to()).isEqualTo(EvaluationStatus.QUEUED);
        assertThat(entry.actor()).isEqualTo("user:alice");
        assertThat(store.timeline(created.ids().get(0))).containsExactly(entry);
    }

    @Test
    void nothing_is_found_for_an_unknown_id() {
        assertThat(store.find(id("nobody"))).isEmpty();
        assertThat(store.timeline(id("nobody"))).isEmpty();
    }

    @Test
    void a_taken_id_is_refused_and_nothing_of_its_batch_is_stored() {
        store.create(List.of(evaluation("taken", submission("python"))), null);

        assertCode(ErrorCode.ALREADY_EXISTS, () -> store.create(
                List.of(evaluation("fresh", submission("python")), evaluation("taken", submission("bash"))), null));

        assertThat(store.find(id("fresh"))).isEmpty();
        assertThat(store.find(id("taken")).orElseThrow().submission().language()).isEqualTo("python");
    }

    @Test
    void an_id_twice_in_one_batch_is_refused() {
        assertCode(ErrorCode.ALREADY_EXISTS, () -> store.create(
                List.of(evaluation("twice", submission("python")), evaluation("twice", submission("bash"))), null));
        assertThat(store.find(id("twice"))).isEmpty();
    }

    @Test
    void a_caller_that_lost_its_answer_gets_it_by_asking_again() {
        List<NewEvaluation> batch = List.of(
                evaluation("again_1", submission("python")), evaluation("again_2", submission("bash")));
        Created first = store.create(batch, null);

        Created second = store.create(batch, null);

        assertThat(second.ids()).isEqualTo(first.ids());
        assertThat(second.entries()).isEqualTo(first.entries());
        assertThat(second.replayed()).isTrue();
        assertThat(store.timelineAfter(0, 100)).hasSize(2);
    }

    @Test
    void the_same_idempotency_key_and_body_give_the_first_ids_and_store_nothing() {
        IdempotencyKey key = new IdempotencyKey("alice", "k", "hash");
        Created first = store.create(List.of(evaluation("one", submission("python"))), key);

        Created second = store.create(List.of(evaluation("two", submission("python"))), key);

        assertThat(second.ids()).isEqualTo(first.ids());
        assertThat(second.replayed()).isTrue();
        assertThat(second.entries()).isEmpty();
        assertThat(store.find(id("two"))).isEmpty();
    }

    @Test
    void the_same_key_with_another_body_is_a_conflict() {
        store.create(List.of(evaluation("one", submission("python"))), new IdempotencyKey("alice", "k", "hash"));

        assertCode(ErrorCode.IDEMPOTENCY_CONFLICT, () -> store.create(
                List.of(evaluation("two", submission("python"))), new IdempotencyKey("alice", "k", "other")));
        assertThat(store.find(id("two"))).isEmpty();
    }

    @Test
    void keys_of_different_submitters_are_different_keys() {
        store.create(List.of(evaluation("one", submission("python"))), new IdempotencyKey("alice", "k", "hash"));
        Created second = store.create(
                List.of(evaluation("two", submission("python"))), new IdempotencyKey("bob", "k", "other"));

        assertThat(second.replayed()).isFalse();
    }

    @Test
    void a_key_whose_evaluations_were_refused_is_free() {
        store.create(List.of(evaluation("taken", submission("python"))), null);
        IdempotencyKey key = new IdempotencyKey("alice", "k", "hash");
        assertCode(ErrorCode.ALREADY_EXISTS,
                () -> store.create(List.of(evaluation("taken", submission("bash"))), key));

        assertThat(store.create(List.of(evaluation("fresh", submission("bash"))), key).replayed()).isFalse();
    }

    @Test
    void one_of_many_concurrent_requests_with_one_key_is_stored() throws Exception {
        IdempotencyKey key = new IdempotencyKey("alice", "k", "hash");
        List<Created> answers = inParallel(16, i ->
                store.create(List.of(evaluation("racer_" + i, submission("python"))), key));

        assertThat(answers).extracting(Created::ids).containsOnly(answers.get(0).ids());
        assertThat(answers).filteredOn(answer -> !answer.replayed()).hasSize(1);
        assertThat(store.timelineAfter(0, 100)).hasSize(1);
    }

    @Test
    void any_text_comes_back_unharmed() {
        String hostile = "nul:\0 half:\uD800 pair:\uD83D\uDE00 quote:' \" \\ line:\u2028 end:\uFFFF";
        Submission submission = new Submission(
                hostile, "python", "sandbox", 5, Limits.DEFAULTS, hostile, List.of(hostile), Map.of("X", hostile),
                Map.of("t", hostile), hostile, null, null);
        store.create(List.of(evaluation("hostile", submission)), null);
        Outcome outcome = new Outcome(
                Reason.NONZERO_EXIT, hostile, 1, null, new Outcome.Usage(5, null, null, 1),
                output(hostile.getBytes(StandardCharsets.UTF_16)),
                output(new byte[] {0, -1, -2, 0}), CapturedOutput.EMPTY, "sandbox", hostile, null);

        accept(new StatusChange(
                id("hostile"), EvaluationStatus.PROVISIONING, "worker:" + hostile, 1, hostile, START, hostile, null));
        accept(change("hostile", EvaluationStatus.RUNNING, 1));
        accept(ended("hostile", 1, outcome));

        Evaluation found = store.find(id("hostile")).orElseThrow();
        assertThat(found.submission()).isEqualTo(submission);
        assertThat(found.outcome()).usingRecursiveComparison().isEqualTo(outcome);
        assertThat(store.list(EvaluationQuery.newest(1)).evaluations().get(0).codePreview())
                .startsWith("nul:\uFFFD half:\uFFFD pair:\uD83D\uDE00");
    }

    @Test
    void files_and_tests_come_back_unharmed_and_count_when_submissions_are_compared() {
        byte[] bytes = {0, -1, -2, 'x', '\n'};
        Submission asked = program(List.of(new SourceFile("lib/a.py", bytes), new SourceFile("empty", new byte[0])));
        Submission other = program(List.of(new SourceFile("lib/a.py", new byte[] {1}), asked.files().get(1)));
        store.create(List.of(evaluation("program", asked)), null);

        assertThat(store.find(id("program")).orElseThrow().submission()).isEqualTo(asked);
        assertThat(store.create(List.of(evaluation("program", asked)), null).replayed()).isTrue();
        assertCode(ErrorCode.ALREADY_EXISTS, () -> store.create(List.of(evaluation("program", other)), null));
    }

    private static Submission program(List<SourceFile> files) {
        return new Submission(
                "", "python", "sandbox", 5, Limits.DEFAULTS, "", List.of(), Map.of(), Map.of(), null, null, null, files,
                "lib/a.py", Isolation.COLD,
                List.of(new TestCase("a", "in\0", List.of("x"), "\uD83D\uDE00", Match.LINES),
                        new TestCase("b", "", List.of(), null, Match.EXACT)),
                true, List.of("*.csv"));
    }

    @Test
    void the_preview_of_files_is_the_beginning_of_the_entrypoint() {
        String text = "# caf\u00e9 " + "\uD83D\uDE00".repeat(300);
        create(program(List.of(new SourceFile("lib/a.py", text.getBytes(StandardCharsets.UTF_8)))));

        assertThat(store.list(EvaluationQuery.newest(1)).evaluations().get(0).codePreview())
                .isEqualTo("# caf\u00e9 " + "\uD83D\uDE00".repeat(96));
        assertThat(store.list(filter().text("caf").build()).evaluations()).hasSize(1);
    }

    @Test
    void everything_that_a_run_left_comes_back() {
        String name = created("python");
        byte[] bytes = {0, -1, -2};
        Outcome outcome = new Outcome(
                Reason.OUT_OF_MEMORY, "because", null, 9, new Outcome.Usage(5, 6L, 7L, 8), output(bytes),
                CapturedOutput.EMPTY, output(bytes), "sandbox", "1.0", "3.11",
                new Outcome.Evidence("cgroup memory.events oom_kill", "bytes", 1L << 28, null),
                "{\"score\": 0.50, \"text\": \"\\u0000\"}",
                List.of(new Artifact("out/\u00e9.csv", 12, "sha256-ref"), new Artifact("b", 0, "sha256-other")),
                List.of(new TestOutcome("a", Reason.OK, true, "It passed.", 0, null, new Outcome.Usage(1, 2L, 3L, 4),
                                bytes, 5000, bytes, 3),
                        new TestOutcome("b", Reason.SIGNALLED, false, "nul:\0", null, 11,
                                new Outcome.Usage(1, null, null, 4), new byte[0], 0, new byte[0], 0)));

        accept(change(name, EvaluationStatus.PROVISIONING, 1));
        accept(change(name, EvaluationStatus.RUNNING, 1));
        accept(ended(name, 1, outcome));

        assertThat(store.find(id(name)).orElseThrow().outcome()).usingRecursiveComparison().isEqualTo(outcome);
    }

    // Changes

    @Test
    void an_evaluation_goes_through_its_states_and_keeps_what_it_met() {
        String name = created("python");
        now = START.plusSeconds(100);
        accept(at(2, change(name, EvaluationStatus.PROVISIONING, 1)));
        accept(at(3, change(name, EvaluationStatus.RUNNING, 1)));
        Outcome outcome = outcome(Reason.OK, 1234);

        TimelineEntry last = accept(at(5, ended(name, 1, outcome)));

        Evaluation found = store.find(id(name)).orElseThrow();
        assertThat(found.status()).isEqualTo(EvaluationStatus.COMPLETED);
        assertThat(found.attempt()).isEqualTo(1);
        assertThat(found.workerId()).isEqualTo("w1");
        assertThat(found.queuedAt()).isEqualTo(START);
        assertThat(found.startedAt()).isEqualTo(START.plusSeconds(3));
        assertThat(found.completedAt()).isEqualTo(START.plusSeconds(5));
        assertThat(found.outcome()).usingRecursiveComparison().isEqualTo(outcome);
        assertThat(last.reason()).isEqualTo(Reason.OK);
        assertThat(last.exitCode()).isEqualTo(0);
        assertThat(last.runtimeMillis()).isEqualTo(1234);
        assertThat(store.timeline(id(name))).extracting(TimelineEntry::to).containsExactly(
                EvaluationStatus.QUEUED, EvaluationStatus.PROVISIONING, EvaluationStatus.RUNNING,
                EvaluationStatus.COMPLETED);
        assertThat(store.timeline(id(name))).last().isEqualTo(last);
    }

    @Test
    void a_lost_attempt_waits_again_and_the_next_one_counts_anew() {
        String name = created("python");
        accept(change(name, EvaluationStatus.PROVISIONING, 1));
        accept(at(1, change(name, EvaluationStatus.RUNNING, 1)));
        accept(at(9, change(name, EvaluationStatus.QUEUED, 1)));

        Evaluation waiting = store.find(id(name)).orElseThrow();
        assertThat(waiting.queuedAt()).isEqualTo(START.plusSeconds(9));
        assertThat(waiting.startedAt()).isNull();

        accept(at(10, change(name, EvaluationStatus.PROVISIONING, 2)));
        assertThat(store.find(id(name)).orElseThrow().attempt()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(EvaluationStatus.class)
    void every_status_accepts_exactly_what_may_follow_it(EvaluationStatus from) {
        for (EvaluationStatus to : EvaluationStatus.values()) {
            String name = created("python");
            reach(name, from);
            StatusChange change = at(30, to.terminal() ? ended(name, 1, outcome(reasonFor(to), 1)) : change(name, to, 1));

            Changed answer = store.apply(List.of(change)).get(0);

            boolean allowed = from.next().contains(to);
            assertThat(answer.accepted()).as("%s to %s", from, to).isEqualTo(allowed);
            assertThat(answer.current()).isEqualTo(allowed ? to : from);
            assertThat(store.find(id(name)).orElseThrow().status()).isEqualTo(allowed ? to : from);
        }
    }

    @Test
    void a_change_of_an_older_attempt_is_refused() {
        String name = created("python");
        accept(change(name, EvaluationStatus.PROVISIONING, 2));

        Changed late = store.apply(List.of(change(name, EvaluationStatus.RUNNING, 1))).get(0);

        assertThat(late.accepted()).isFalse();
        assertThat(late.current()).isEqualTo(EvaluationStatus.PROVISIONING);
    }

    @Test
    void a_late_result_changes_nothing() {
        String name = created("python");
        reach(name, EvaluationStatus.COMPLETED);
        Evaluation before = store.find(id(name)).orElseThrow();

        assertThat(store.apply(List.of(at(40, ended(name, 1, outcome(Reason.WALL_TIMEOUT, 9))))).get(0).accepted())
                .isFalse();

        assertThat(store.find(id(name)).orElseThrow()).usingRecursiveComparison().isEqualTo(before);
    }

    @Test
    void a_change_of_an_unknown_id_is_refused() {
        assertThat(store.apply(List.of(change("nobody", EvaluationStatus.PROVISIONING, 1))))
                .containsExactly(new Changed(null, null));
    }

    @Test
    void a_refused_change_does_not_disturb_the_others_of_its_call() {
        String one = created("python");
        String two = created("python");

        List<Changed> answers = store.apply(List.of(
                change(one, EvaluationStatus.PROVISIONING, 1), change(two, EvaluationStatus.RUNNING, 1),
                change(one, EvaluationStatus.RUNNING, 1), change("nobody", EvaluationStatus.RUNNING, 1),
                ended(one, 1, outcome(Reason.OK, 3))));

        assertThat(answers).extracting(Changed::accepted).containsExactly(true, false, true, false, true);
        assertThat(store.find(id(one)).orElseThrow().outcome()).isNotNull();
        assertThat(store.find(id(two)).orElseThrow().status()).isEqualTo(EvaluationStatus.QUEUED);
    }

    @Test
    void a_change_that_was_accepted_is_answered_again_and_happens_once() {
        String name = created("python");
        accept(change(name, EvaluationStatus.PROVISIONING, 1));
        StatusChange end = at(5, ended(name, 1, outcome(Reason.OK, 3)));
        TimelineEntry first = accept(end);

        List<Changed> again = store.apply(List.of(end, end));

        assertThat(again).extracting(Changed::entry).containsExactly(first, first);
        assertThat(store.timeline(id(name))).hasSize(3);
        assertThat(store.statistics(null).byReason()).isEqualTo(Map.of("ok", 1L));
    }

    @Test
    void of_many_concurrent_ends_one_is_recorded() throws Exception {
        String name = created("python");
        reach(name, EvaluationStatus.RUNNING);

        List<Changed> answers = inParallel(16, i -> store.apply(List.of(
                at(50 + i, ended(name, 1, outcome(i % 2 == 0 ? Reason.OK : Reason.WALL_TIMEOUT, i))))).get(0));

        assertThat(answers).filteredOn(Changed::accepted).hasSize(1);
        assertThat(store.timeline(id(name))).hasSize(4);
    }

    @Test
    void positions_grow_in_the_order_in_which_readers_see_them() throws Exception {
        ExecutorService reader = Executors.newSingleThreadExecutor();
        CompletableFuture<Void> done = new CompletableFuture<>();
        var seen = CompletableFuture.supplyAsync(() -> {
            List<Long> positions = new ArrayList<>();
            boolean last;
            do {
                last = done.isDone();
                long after = positions.isEmpty() ? 0 : positions.get(positions.size() - 1);
                store.timelineAfter(after, 1000).forEach(entry -> positions.add(entry.position()));
            } while (!last);
            return positions;
        }, reader);
        try {
            inParallel(8, i -> {
                for (int n = 0; n < 25; n++) {
                    String name = "p_" + i + "_" + n;
                    store.create(List.of(evaluation(name, submission("python"))), null);
                    accept(change(name, EvaluationStatus.PROVISIONING, 1));
                }
                return i;
            });
        } finally {
            done.complete(null);
        }

        // A reader that only ever asks for what is new has missed nothing.
        assertThat(seen.get(20, TimeUnit.SECONDS)).hasSize(8 * 25 * 2).isSorted().doesNotHaveDuplicates();
        reader.shutdownNow();
    }

    // Deleting

    @Test
    void a_deleted_evaluation_is_nowhere_and_its_id_is_free() {
        store.create(List.of(evaluation("gone", submission("python")), evaluation("stays", submission("python"))), null);
        reach("gone", EvaluationStatus.COMPLETED);
        reach("stays", EvaluationStatus.COMPLETED);

        assertThat(store.delete(id("gone"))).isTrue();

        assertThat(store.find(id("gone"))).isEmpty();
        assertThat(store.timeline(id("gone"))).isEmpty();
        assertThat(store.list(EvaluationQuery.newest(10)).evaluations())
                .extracting(EvaluationSummary::id).containsExactly(id("stays"));
        assertThat(store.timelineAfter(0, 100)).extracting(TimelineEntry::id).containsOnly(id("stays"));
        assertThat(store.delete(id("gone"))).isFalse();
        store.create(List.of(evaluation("gone", submission("bash"))), null);
        assertThat(store.find(id("gone")).orElseThrow().submission().language()).isEqualTo("bash");
    }

    @Test
    void statistics_forget_what_was_deleted() {
        store.create(List.of(evaluation("one", submission("python"))), null);
        reach("one", EvaluationStatus.COMPLETED);
        Statistics before = store.statistics(null);
        store.create(List.of(evaluation("two", submission("bash"))), null);
        reach("two", EvaluationStatus.FAILED);

        store.delete(id("two"));

        assertThat(store.statistics(null)).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(value = EvaluationStatus.class, names = {"QUEUED", "PROVISIONING", "RUNNING"})
    void what_has_not_ended_is_not_deleted(EvaluationStatus status) {
        store.create(List.of(evaluation("busy", submission("python"))), null);
        reach("busy", status);

        assertCode(ErrorCode.STATE_CONFLICT, () -> store.delete(id("busy")));

        assertThat(store.find(id("busy")).orElseThrow().status()).isEqualTo(status);
    }

    // Reading

    @Test
    void the_list_is_newest_first_and_paged_without_gap_or_repeat() {
        List<String> names = IntStream.range(0, 7).mapToObj(i -> created("python")).toList();

        List<String> seen = new ArrayList<>();
        @Nullable String cursor = null;
        int pages = 0;
        do {
            EvaluationPage page = store.list(query(3, cursor, 0));
            page.evaluations().forEach(line -> seen.add(line.id().value()));
            cursor = page.nextCursor();
            pages++;
        } while (cursor != null);

        assertThat(pages).isEqualTo(3);
        assertThat(seen).containsExactlyElementsOf(reversed(names));
        assertThat(store.list(query(2, null, 3)).evaluations()).extracting(line -> line.id().value())
                .containsExactly(names.get(3), names.get(2));
    }

    @Test
    void a_full_last_page_has_no_cursor() {
        created("python");
        created("python");

        assertThat(store.list(EvaluationQuery.newest(2)).nextCursor()).isNull();
    }

    @Test
    void a_cursor_that_is_none_is_refused() {
        assertCode(ErrorCode.VALIDATION, () -> store.list(query(3, "'; drop", 0)));
    }

    @Test
    void every_filter_must_match() {
        String wanted = "wanted";
        store.create(List.of(new NewEvaluation(id(wanted), "bob",
                new Submission("100%_sure()", "bash", "docker", 9, Limits.DEFAULTS, "", List.of(), Map.of(),
                        Map.of("team", "blue", "run", "7"), null, null, null),
                START.plusSeconds(10), null)), null);
        created("python");

        assertFound(wanted, filter().language("bash"));
        assertFound(wanted, filter().engine("docker"));
        assertFound(wanted, filter().priority(9));
        assertFound(wanted, filter().tags(Map.of("team", "blue")));
        assertFound(wanted, filter().tags(Map.of("run", "7", "team", "blue")));
        assertFound(wanted, filter().submitter("bob"));
        assertFound(wanted, filter().since(START.plusSeconds(10)));
        assertFound(wanted, filter().text("%_SURE"));
        assertFound(wanted, filter().text("WANT"));
        assertFound(null, filter().tags(Map.of("team", "red")));
        assertFound(null, filter().language("bash").submitter("alice"));
        assertFound(null, filter().text("\0"));
        assertThat(store.list(filter().until(START.plusSeconds(10)).build()).evaluations()).hasSize(1)
                .noneMatch(line -> line.id().equals(id(wanted)));
    }

    @Test
    void the_status_filter_tells_every_status_apart() {
        for (EvaluationStatus status : EvaluationStatus.values()) {
            reach(created("python"), status);
        }
        for (EvaluationStatus status : EvaluationStatus.values()) {
            assertThat(store.list(filter().statuses(Set.of(status)).build()).evaluations())
                    .extracting(EvaluationSummary::status).containsExactly(status);
        }
        assertThat(store.list(filter().statuses(Set.of(EvaluationStatus.RUNNING, EvaluationStatus.FAILED)).build())
                .evaluations()).hasSize(2);
    }

    @Test
    void a_line_of_the_list_says_how_it_ended() {
        String name = created("python");
        reach(name, EvaluationStatus.RUNNING);
        accept(at(30, ended(name, 1, outcome(Reason.NONZERO_EXIT, 77))));

        EvaluationSummary line = store.list(EvaluationQuery.newest(1)).evaluations().get(0);

        assertThat(line.status()).isEqualTo(EvaluationStatus.FAILED);
        assertThat(line.reason()).isEqualTo(Reason.NONZERO_EXIT);
        assertThat(line.exitCode()).isEqualTo(1);
        assertThat(line.runtimeMillis()).isEqualTo(77);
        assertThat(line.completedAt()).isEqualTo(START.plusSeconds(30));
    }

    @Test
    void the_preview_is_the_first_200_characters() {
        store.create(List.of(evaluation("long", submissionOf("x".repeat(199) + "\uD83D\uDE00" + "tail"))), null);

        assertThat(store.list(EvaluationQuery.newest(1)).evaluations().get(0).codePreview())
                .isEqualTo("x".repeat(199));
    }

    @Test
    void the_unfinished_are_paged_by_id() {
        reach(created("python"), EvaluationStatus.FAILED);
        String running = created("python");
        reach(running, EvaluationStatus.RUNNING);
        String queued = created("python");
        store.create(List.of(new NewEvaluation(
                id("zz_later"), "alice", submission("python"), START.plusSeconds(500), null)), null);

        List<EvaluationId> first = store.unfinished(START.plusSeconds(400), null, 1);
        List<EvaluationId> second = store.unfinished(START.plusSeconds(400), first.get(0), 10);

        assertThat(first).containsExactly(id(running));
        assertThat(second).containsExactly(id(queued));
    }

    // Statistics

    @Test
    void statistics_over_nothing_have_no_figures() {
        assertThat(store.statistics(null)).isEqualTo(new Statistics(
                0, Map.of(), Map.of(), Map.of(), Map.of(), null, null, null, null, null, 0, null));
    }

    @Test
    void statistics_count_every_evaluation_once() {
        for (int runtime = 1; runtime <= 100; runtime++) {
            String name = created(runtime % 4 == 0 ? "bash" : "python");
            accept(at(2, change(name, EvaluationStatus.PROVISIONING, 1)));
            accept(at(3, change(name, EvaluationStatus.RUNNING, 1)));
            accept(at(4, ended(name, 1, outcome(runtime <= 80 ? Reason.OK : Reason.CPU_TIMEOUT, runtime * 10L))));
        }
        created("bash");
        now = START.plusSeconds(60);

        Statistics statistics = store.statistics(null);

        assertThat(statistics.totalEvaluations()).isEqualTo(101);
        assertThat(statistics.byStatus()).isEqualTo(Map.of("completed", 80L, "timeout", 20L, "queued", 1L));
        assertThat(statistics.byLanguage()).isEqualTo(Map.of("python", 75L, "bash", 26L));
        assertThat(statistics.byEngine()).isEqualTo(Map.of("sandbox", 101L));
        assertThat(statistics.byReason()).isEqualTo(Map.of("ok", 80L, "cpu_timeout", 20L));
        assertThat(statistics.averageRuntimeMillis()).isEqualTo(505);
        assertThat(statistics.p50RuntimeMillis()).isCloseTo(500, within(15.0));
        assertThat(statistics.p95RuntimeMillis()).isCloseTo(950, within(29.0));
        assertThat(statistics.averageQueueWaitMillis()).isEqualTo(2000);
        assertThat(statistics.successRate()).isEqualTo(0.8);
        assertThat(statistics.last24hCount()).isEqualTo(101);
        assertThat(statistics.peakHour()).isEqualTo(10);
    }

    @Test
    void a_run_that_never_started_has_no_run_time() {
        String name = created("python");
        accept(new StatusChange(id(name), EvaluationStatus.CANCELLED, "user:alice", 0, "early", START, null,
                Outcome.notRun(Reason.CANCELLED, "early")));

        assertThat(store.statistics(null).averageRuntimeMillis()).isNull();
        assertThat(store.statistics(null).successRate()).isEqualTo(0.0);
    }

    @Test
    void statistics_since_a_moment_count_what_was_created_from_it_on() {
        Instant hour = Instant.parse("2026-11-21T10:00:00Z");
        for (long minute : new long[] {-30, 15, 20, 45, 70, 130}) {
            String name = "m" + (minute + 100);
            store.create(List.of(new NewEvaluation(
                    id(name), "alice", submission("python"), hour.plusSeconds(minute * 60), null)), null);
            reach(name, EvaluationStatus.COMPLETED);
        }
        now = hour.plus(Duration.ofHours(24)).plusSeconds(20 * 60);

        assertThat(store.statistics(null).totalEvaluations()).isEqualTo(6);
        Statistics since = store.statistics(hour.plusSeconds(20 * 60));
        assertThat(since.totalEvaluations()).isEqualTo(4);
        assertThat(since.byStatus()).isEqualTo(Map.of("completed", 4L));
        assertThat(since.averageRuntimeMillis()).isEqualTo(1.0);
        assertThat(since.p95RuntimeMillis()).isEqualTo(1.0);
        assertThat(since.peakHour()).isEqualTo(10);
        assertThat(since.last24hCount()).isEqualTo(4);
        assertThat(store.statistics(hour).totalEvaluations()).isEqualTo(5);
        assertThat(store.statistics(null).last24hCount()).isEqualTo(4);
    }

    @Test
    void a_store_that_answers_says_how_long_it_took() {
        assertThat(store.check()).isBetween(Duration.ZERO, Duration.ofSeconds(5));
    }

    // What the tests are made of

    static EvaluationId id(String name) {
        return new EvaluationId(name);
    }

    static Submission submission(String language) {
        return new Submission(
                "print(1)", language, "sandbox", 5, Limits.DEFAULTS, "", List.of(), Map.of(), Map.of(), null, null, null);
    }

    private static Submission submissionOf(String code) {
        return new Submission(
                code, "python", "sandbox", 5, Limits.DEFAULTS, "", List.of(), Map.of(), Map.of(), null, null, null);
    }

    static NewEvaluation evaluation(String name, Submission submission) {
        return new NewEvaluation(id(name), "alice", submission, START, null);
    }

    private Created create(Submission submission) {
        return store.create(List.of(evaluation("e%04d".formatted(++made), submission)), null);
    }

    private String created(String language) {
        return create(submission(language)).ids().get(0).value();
    }

    static StatusChange change(String name, EvaluationStatus to, int attempt) {
        return new StatusChange(id(name), to, "worker:w1", attempt, null, START, "w1", null);
    }

    static StatusChange ended(String name, int attempt, Outcome outcome) {
        return new StatusChange(
                id(name), outcome.reason().status(), "worker:w1", attempt, outcome.detail(), START, "w1", outcome);
    }

    private static StatusChange at(long second, StatusChange change) {
        return new StatusChange(
                change.id(), change.to(), change.actor(), change.attempt(), change.detail(),
                START.plusSeconds(second), change.workerId(), change.outcome());
    }

    static Outcome outcome(Reason reason, long wallMillis) {
        return new Outcome(
                reason, "because", reason == Reason.OK ? 0 : 1, null, new Outcome.Usage(wallMillis, 2L, 3L, 4),
                output("out".getBytes(StandardCharsets.US_ASCII)), CapturedOutput.EMPTY,
                new CapturedOutput(new byte[] {1}, 100, true, "sha256-ref"), "sandbox", "1.0", "3.11");
    }

    private static CapturedOutput output(byte[] bytes) {
        return new CapturedOutput(bytes, bytes.length, false, null);
    }

    private static Reason reasonFor(EvaluationStatus terminal) {
        return switch (terminal) {
            case COMPLETED -> Reason.OK;
            case FAILED -> Reason.NONZERO_EXIT;
            case TIMEOUT -> Reason.WALL_TIMEOUT;
            case CANCELLED -> Reason.KILLED;
            case QUEUED, PROVISIONING, RUNNING -> throw new IllegalArgumentException("not terminal");
        };
    }

    private TimelineEntry accept(StatusChange change) {
        Changed answer = store.apply(List.of(change)).get(0);
        assertThat(answer.accepted()).as("%s", change).isTrue();
        return answer.entry();
    }

    private void reach(String name, EvaluationStatus status) {
        if (status == EvaluationStatus.QUEUED) {
            return;
        }
        accept(at(10, change(name, EvaluationStatus.PROVISIONING, 1)));
        if (status == EvaluationStatus.PROVISIONING) {
            return;
        }
        accept(at(11, change(name, EvaluationStatus.RUNNING, 1)));
        if (status != EvaluationStatus.RUNNING) {
            accept(at(12, ended(name, 1, outcome(reasonFor(status), 1))));
        }
    }

    private void assertFound(@Nullable String name, QueryBuilder filter) {
        assertThat(store.list(filter.build()).evaluations()).extracting(line -> line.id().value())
                .isEqualTo(name == null ? List.of() : List.of(name));
    }

    private static EvaluationQuery query(int limit, @Nullable String cursor, int offset) {
        return new EvaluationQuery(
                limit, cursor, offset, Set.of(), null, null, null, Map.of(), null, null, null, null);
    }

    private static QueryBuilder filter() {
        return new QueryBuilder();
    }

    static void assertCode(ErrorCode code, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(PlatformException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static List<String> reversed(List<String> names) {
        List<String> reversed = new ArrayList<>(names);
        Collections.reverse(reversed);
        return reversed;
    }

    private static <T> List<T> inParallel(int threads, IntFunction<T> work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<CompletableFuture<T>> running = IntStream.range(0, threads)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> work.apply(i), pool)).toList();
            List<T> answers = new ArrayList<>();
            for (CompletableFuture<T> each : running) {
                answers.add(each.get(20, TimeUnit.SECONDS));
            }
            return answers;
        } finally {
            pool.shutdownNow();
        }
    }
}
