package dev.crucible.events.http;

import static dev.crucible.testing.Submissions.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crucible.events.EvaluationEvent;
import dev.crucible.events.EventsModule;
import dev.crucible.events.LocalEventBus;
import dev.crucible.events.OutputEvent;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.kernel.evaluation.OutputStreamName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a subscriber in another process gets, however it asks. */
class ListenerTest {
    private static final Duration WAIT = Duration.ofSeconds(5);

    private final LocalEventBus bus = EventsModule.inMemory();
    private final Listener listener = new Listener("l", bus);

    @BeforeEach
    void open() {
        bus.start();
        listener.open();
    }

    @AfterEach
    void close() {
        listener.close();
        bus.close();
    }

    @Test
    void an_answer_that_was_lost_is_given_again() throws Exception {
        long after = listener.join().after();
        publish(1, 1);
        EventWire.Live lost = listener.poll(after, 0, WAIT);

        EventWire.Live again = listener.poll(after, 0, WAIT);
        publish(2, 2);
        EventWire.Live next = listener.poll(position(again), again.seen(), WAIT);

        assertThat(sources(lost)).containsExactly(1L);
        assertThat(sources(again)).containsExactly(1L);
        assertThat(sources(next)).containsExactly(2L);
    }

    @Test
    void a_new_listener_gets_what_came_after_the_position_that_is_known() throws Exception {
        publish(1, 2_500);
        await().until(() -> bus.lastSource() == 2_500);

        assertThat(all(500, 2_500)).containsExactlyElementsOf(LongStream.rangeClosed(501, 2_500).boxed().toList());
    }

    @Test
    void a_listener_that_is_too_slow_misses_output_and_no_change_of_status() throws Exception {
        listener.join();
        for (int i = 0; i < 12; i++) {
            publish(100 * i + 1, 100 * i + 100);
            bus.publish(new OutputEvent(id("a"), "someone", OutputStreamName.STDOUT, 0, new byte[1 << 20]));
        }
        await().until(() -> bus.lastSource() == 1_200);

        assertThat(all(0, 1_200)).containsExactlyElementsOf(LongStream.rangeClosed(1, 1_200).boxed().toList());
        assertThat(listener.missed()).isPositive();
    }

    @Test
    void nothing_is_held_back_once_it_is_closed() throws Exception {
        long after = listener.join().after();
        listener.close();

        assertThat(listener.poll(after, 0, Duration.ofMinutes(5)).events()).isEmpty();
    }

    /** Follows from {@code after} until that source has come. */
    private List<Long> all(long after, long last) throws Exception {
        List<Long> sources = new ArrayList<>();
        long position = after;
        long seen = 0;
        while (sources.isEmpty() || sources.get(sources.size() - 1) < last) {
            EventWire.Live answer = listener.poll(position, seen, WAIT);
            sources.addAll(sources(answer));
            seen = answer.seen();
            position = Math.max(position, position(answer));
        }
        return sources;
    }

    private static List<Long> sources(EventWire.Live answer) {
        return answer.events().stream().filter(body -> body.source() != null).map(EventBody::source).toList();
    }

    private static long position(EventWire.Live answer) {
        return answer.events().stream().filter(body -> body.position() != null).mapToLong(EventBody::position).max().orElse(0);
    }

    private void publish(long first, long last) {
        bus.publish(LongStream.rangeClosed(first, last)
                .mapToObj(source -> new EvaluationEvent(0, source, id("a"), "someone", EvaluationStatus.RUNNING,
                        Instant.parse("2026-01-01T00:00:00Z"), Map.of()))
                .toList());
    }
}
