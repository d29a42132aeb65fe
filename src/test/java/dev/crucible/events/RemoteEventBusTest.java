package dev.crucible.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crucible.events.http.RemoteEventBus;
import dev.crucible.kernel.evaluation.OutputStreamName;
import dev.crucible.platform.db.Database;
import dev.crucible.platform.http.WireFormat;
import dev.crucible.testing.FakeOutputs;
import dev.crucible.testing.FakeStore;
import dev.crucible.testing.StorageHost;
import dev.crucible.testing.TestDatabase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The bus of a storage service in front of PostgreSQL. */
class RemoteEventBusTest extends EventBusContract {
    private final Database database = TestDatabase.fresh();
    private final LocalEventBus behind = EventsModule.durable(database);
    private StorageHost host;

    WireFormat format() {
        return WireFormat.JSON;
    }

    @Override
    protected EventBus open() {
        behind.start();
        host = new StorageHost(new FakeStore(), new FakeOutputs(), behind);
        return new RemoteEventBus(host.address(format()));
    }

    @AfterEach
    void closeService() {
        host.close();
        behind.close();
        database.close();
    }

    @Test
    void a_subscriber_hears_what_other_processes_publish() {
        List<Event> heard = new CopyOnWriteArrayList<>();
        try (RemoteEventBus other = another()) {
            other.subscribe(heard::add);

            behind.publish(List.of(event(1, "a")));
            behind.publish(output("a", "live"));
            behind.publish(List.of(event(2, "a")));

            await().until(() -> heard.size() == 3);
            assertThat(heard.get(1)).isInstanceOfSatisfying(
                    OutputEvent.class, event -> assertThat(event.bytes()).asString().isEqualTo("live"));
        }
    }

    @Test
    void nothing_is_missed_while_the_service_is_away_and_nothing_is_heard_twice() {
        List<Event> heard = new CopyOnWriteArrayList<>();
        try (RemoteEventBus other = another()) {
            other.subscribe(heard::add);
            behind.publish(List.of(event(1, "a")));
            await().until(() -> heard.size() == 1);
            host.stop();

            for (long source = 2; source <= 3_000; source++) {
                behind.publish(List.of(event(source, "a")));
            }
            await().until(() -> behind.lastSource() == 3_000);
            host.startAgain();

            await().until(() -> heard.size() >= 3_000);
            assertThat(heard).extracting(event -> ((EvaluationEvent) event).source())
                    .containsExactlyElementsOf(LongStream.rangeClosed(1, 3_000).boxed().toList());
        }
    }

    @Test
    void what_is_published_while_the_service_is_away_is_kept_once_it_is_back() {
        try (RemoteEventBus other = another()) {
            other.position();
            host.stop();

            other.publish(List.of(event(1, "a"), event(2, "a")));
            for (int i = 0; i < 20; i++) {
                other.publish(new OutputEvent(event(1, "a").evalId(), "someone",
                        OutputStreamName.STDOUT, 0, new byte[1 << 20]));
            }
            other.publish(List.of(event(3, "a")));
            assertThat(other.droppedOutput()).isPositive();
            host.startAgain();

            await().until(() -> behind.lastSource() == 3);
            assertThat(behind.replay(0, 10)).extracting(EvaluationEvent::source).containsExactly(1L, 2L, 3L);
        }
    }

    @Test
    void a_subscriber_that_came_before_the_service_hears_what_its_own_process_published() {
        host.stop();
        List<Event> heard = new CopyOnWriteArrayList<>();
        try (RemoteEventBus other = another()) {
            other.subscribe(heard::add);
            other.publish(List.of(event(1, "a")));

            host.startAgain();

            await().until(() -> heard.size() == 1);
        }
    }

    private RemoteEventBus another() {
        RemoteEventBus other = new RemoteEventBus(host.address(format()));
        other.start();
        return other;
    }
}
