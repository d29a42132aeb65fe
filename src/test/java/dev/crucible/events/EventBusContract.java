package dev.crucible.events;

import static dev.crucible.testing.Submissions.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.Part;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.kernel.evaluation.OutputStreamName;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link EventBus} promises. */
abstract class EventBusContract {
    private static final Instant AT = Instant.parse("2026-01-01T00:00:00.123456Z");

    private final CopyOnWriteArrayList<Event> heard = new CopyOnWriteArrayList<>();
    private EventBus bus;

    /** A new bus, which is a {@link Part} too. */
    protected abstract EventBus open();

    @BeforeEach
    void openBus() {
        bus = open();
        ((Part) bus).start();
    }

    @AfterEach
    void closeBus() {
        ((Part) bus).close();
    }

    @Test
    void a_subscriber_hears_events_in_the_order_they_were_published() {
        bus.subscribe(heard::add);

        for (long source = 1; source <= 500; source++) {
            bus.publish(List.of(event(source, "e" + source % 7)));
        }

        await().until(() -> heard.size() == 500);
        assertThat(heard).extracting(event -> ((EvaluationEvent) event).source())
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 500).boxed().toList());
        assertThat(heard).extracting(event -> ((EvaluationEvent) event).position())
                .isSorted().doesNotHaveDuplicates();
    }

    @Test
    void output_comes_between_the_status_events_where_it_was_published() {
        bus.subscribe(heard::add);

        bus.publish(List.of(event(1, "a")));
        bus.publish(output("a", "hello"));
        bus.publish(List.of(event(2, "a")));

        await().until(() -> heard.size() == 3);
        assertThat(heard.get(1)).isInstanceOf(OutputEvent.class);
    }

    @Test
    void a_source_that_was_published_before_is_passed_over() {
        bus.subscribe(heard::add);

        bus.publish(List.of(event(1, "a"), event(2, "a")));
        bus.publish(List.of(event(1, "a"), event(2, "a"), event(3, "a")));

        await().until(() -> heard.size() == 3);
        assertThat(bus.replay(0, 100)).hasSize(3);
        assertThat(bus.lastSource()).isEqualTo(3);
    }

    @Test
    void kept_events_are_read_again_from_any_position() {
        bus.publish(List.of(event(1, "a"), event(2, "b"), event(3, "c")));
        await().until(() -> bus.lastSource() == 3);

        List<EvaluationEvent> all = bus.replay(0, 100);

        assertThat(all).extracting(EvaluationEvent::evalId).containsExactly(id("a"), id("b"), id("c"));
        assertThat(all.get(0)).usingRecursiveComparison().ignoringFields("position").isEqualTo(event(1, "a"));
        assertThat(bus.replay(all.get(0).position(), 1)).containsExactly(all.get(1));
        assertThat(bus.replay(bus.position(), 100)).isEmpty();
    }

    @Test
    void a_subscriber_that_fails_disturbs_nobody() {
        bus.subscribe(event -> {
            throw new IllegalStateException("broken subscriber");
        });
        bus.subscribe(heard::add);

        bus.publish(List.of(event(1, "a")));

        await().until(() -> heard.size() == 1);
    }

    @Test
    void a_closed_subscription_hears_nothing_more() {
        EventBus.Subscription subscription = bus.subscribe(heard::add);
        bus.publish(List.of(event(1, "a")));
        await().until(() -> heard.size() == 1);

        subscription.close();
        bus.publish(List.of(event(2, "a")));

        await().until(() -> bus.lastSource() == 2);
        assertThat(heard).hasSize(1);
    }

    static EvaluationEvent event(long source, String name) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("status", "running");
        data.put("reason", null);
        data.put("attempt", 1);
        data.put("detail", "with \u0000 and \u00e9");
        EvaluationId id = id(name);
        return new EvaluationEvent(0, source, id, "someone", EvaluationStatus.RUNNING, AT, data);
    }

    static OutputEvent output(String name, String text) {
        return new OutputEvent(
                id(name), "someone", OutputStreamName.STDOUT, 0, text.getBytes(StandardCharsets.UTF_8));
    }
}
