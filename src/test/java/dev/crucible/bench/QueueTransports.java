package dev.crucible.bench;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.platform.http.WireFormat;
import dev.crucible.queue.Lease;
import dev.crucible.queue.LocalTaskQueue;
import dev.crucible.queue.QueueConfig;
import dev.crucible.queue.QueueModule;
import dev.crucible.queue.Task;
import dev.crucible.queue.TaskQueue;
import dev.crucible.queue.WorkerProfile;
import dev.crucible.queue.http.RemoteTaskQueue;
import dev.crucible.testing.Submissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A task through a queue and back, by each way to a queue without a journal: what is left is the way's own cost. */
final class QueueTransports {
    private static final String CALL = "call in this process";
    private static final int WARM_UP = 20_000;
    private static final WorkerProfile WORKER = new WorkerProfile("bench", Set.of(), Set.of());

    private QueueTransports() {}

    static List<Row> run(Options options) throws Exception {
        try (LocalTaskQueue queue =
                QueueModule.inMemory(QueueConfig.DEFAULTS, settlements -> {}, InstantSource.system())) {
            queue.start();
            try (ServedQueue served = new ServedQueue(queue);
                    RemoteTaskQueue unixPacked = served.overUnixSocket(WireFormat.MESSAGE_PACK);
                    RemoteTaskQueue unixJson = served.overUnixSocket(WireFormat.JSON);
                    RemoteTaskQueue tcpPacked = served.overTcp(WireFormat.MESSAGE_PACK);
                    RemoteTaskQueue tcpJson = served.overTcp(WireFormat.JSON)) {
                List<Contender> contenders = List.of(
                        roundTrip(CALL, queue), roundTrip("Unix socket, MessagePack", unixPacked),
                        roundTrip("Unix socket, JSON", unixJson), roundTrip("HTTP, MessagePack", tcpPacked),
                        roundTrip("HTTP, JSON", tcpJson));
                Race.run(options.rounds(WARM_UP, WARM_UP / 5), contenders);
                return rows(Race.run(options.rounds(10_000, 2_000), contenders));
            }
        }
    }

    private static List<Row> rows(Map<String, Samples> times) {
        Samples call = times.get(CALL);
        List<Row> rows = new ArrayList<>();
        times.forEach((name, own) -> rows.add(name.equals(CALL)
                ? Row.alone("enqueue + take + complete, " + name, own.percentiles(), "")
                : Row.times("enqueue + take + complete, " + name, own, CALL, call, "")));
        return rows;
    }

    private static String name(String way) {
        return "trip-" + Integer.toHexString(way.hashCode()) + "-";
    }

    /** One task there and back with each round. */
    private static Contender roundTrip(String way, TaskQueue queue) {
        long[] count = new long[1];
        return new Contender(way, 1, 0, () -> {
            EvaluationId id = new EvaluationId(name(way) + ++count[0]);
            queue.enqueue(new Task(id, "bench", Submissions.python("print(1)")));
            Lease lease = queue.next(WORKER, Duration.ofSeconds(5)).orElseThrow();
            queue.complete(lease.token(), Submissions.ok("1\n"));
            return () -> {
                if (!lease.task().id().equals(id)) {
                    throw new IllegalStateException(way + " gave " + lease.task().id() + " for " + id);
                }
            };
        });
    }
}
