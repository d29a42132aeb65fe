package dev.crucible.dispatch;

import static dev.crucible.testing.Submissions.id;
import static dev.crucible.testing.Submissions.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crucible.events.EvaluationEvent;
import dev.crucible.events.Event;
import dev.crucible.events.OutputEvent;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.OutputStreamName;
import dev.crucible.lifecycle.EvaluationLifecycle;
import dev.crucible.queue.Settlement;
import dev.crucible.storage.NewEvaluation;
import dev.crucible.testing.FakeBus;
import dev.crucible.testing.FakeStore;
import dev.crucible.testing.ManualTime;
import dev.crucible.testing.Submissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PassageTest {
    private final ManualTime time = new ManualTime();
    private final FakeStore store = new FakeStore();
    private final FakeBus bus = new FakeBus();
    private final EvaluationLifecycle lifecycle = new EvaluationLifecycle(store, bus, time);
    private final List<String> told = new ArrayList<>();
    private final Passage passage = new Passage(id("a"), 1, lifecycle, bus);

    PassageTest() {
        bus.subscribe(event -> told.add(name(event)));
        lifecycle.submit(List.of(new NewEvaluation(id("a"), "someone", python("1"), time.instant(), null)), null);
    }

    @Test
    void a_run_that_goes_on_is_told_of_with_its_output_after_the_status_it_was_written_in() {
        start();
        passage.write(output());
        await().untilAsserted(() -> {
            passage.tellWhenDue();
            assertThat(told).containsExactly("queued", "provisioning", "running", "output");
        });

        passage.write(output());

        assertThat(told).endsWith("output", "output");
    }

    @Test
    void a_short_run_is_told_of_with_its_end() {
        start();
        passage.write(output());
        assertThat(told).containsExactly("queued");

        passage.leaveToEnd();
        settle();

        assertThat(told).containsExactly("queued", "provisioning", "running", "output", "completed");
    }

    @Test
    void more_output_than_is_held_is_told_before_the_moment_is_over() {
        start();
        passage.write(new OutputEvent(id("a"), "someone", OutputStreamName.STDOUT, 0, new byte[300 * 1024]));

        passage.tellWhenDue();

        assertThat(told).containsExactly("queued", "provisioning", "running", "output");
    }

    @Test
    void statuses_that_could_not_be_recorded_while_it_ran_are_recorded_with_the_end() {
        start();
        store.reachable(false);
        passage.tell();
        store.reachable(true);

        passage.leaveToEnd();
        settle();

        assertThat(told).containsExactly("queued", "provisioning", "running", "completed");
    }

    private void start() {
        passage.enter(lifecycle.provisioning(id("a"), 1, "w1"));
        passage.enter(lifecycle.running(id("a"), 1, "w1"));
    }

    private void settle() {
        Outcome outcome = Submissions.ok("1");
        lifecycle.settle(List.of(
                new Settlement.Finished(id("a"), 1, time.instant(), "worker:w1", "w1", outcome, false)));
    }

    private static OutputEvent output() {
        return new OutputEvent(id("a"), "someone", OutputStreamName.STDOUT, 0, new byte[] {'1'});
    }

    private static String name(Event event) {
        return event instanceof EvaluationEvent change ? change.status().wire() : "output";
    }
}
