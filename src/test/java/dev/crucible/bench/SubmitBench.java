package dev.crucible.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.crucible.platform.db.EmbeddedPostgres;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Durable submits: the answer comes after the commit. The queue is paused, so that nothing runs meanwhile. */
final class SubmitBench {
    static final int CLIENTS = 32;
    static final int BATCH = 100;
    static final int BATCH_CLIENTS = 8;
    static final double BUDGET = 3000;
    static final double TAIL_BUDGET_MILLIS = 10;
    static final double BATCH_BUDGET = 20_000;

    private SubmitBench() {}

    static List<Row> run(Workspace workspace, Options options) throws Exception {
        Duration time = Duration.ofSeconds(options.rounds(8, 3));
        Duration warmUp = Duration.ofSeconds(options.rounds(8, 4));
        Load.Result inserts = inserts(workspace, time);
        workspace.stopAll();
        double generator = generatorAlone(time.dividedBy(2));
        List<Row> rows = new ArrayList<>();
        Server server = paused(workspace);
        submits(server, warmUp, CLIENTS, Evaluations.submit(), 200);
        Cpu before = Cpu.now(server);
        Load.Result single = submits(server, time, CLIENTS, Evaluations.submit(), 200);
        Cpu after = Cpu.now(server);
        rows.add(Row.rates("durable submits, 32 clients", single.perSecond(), "INSERT+COMMIT, 32 clients",
                inserts.perSecond(), Row.budget("≥ 3,000/s", single.perSecond() >= BUDGET)));
        rows.add(Row.times("  each", single.times(), "each", inserts.times(),
                Row.budget("p99 ≤ 10 ms", single.times().at(99) <= TAIL_BUDGET_MILLIS)));
        rows.add(Row.alone("  cores used meanwhile", after.since(before, single.seconds()), ""));
        rows.add(Row.alone("  the load generator alone, against a socket", Row.rate(generator), ""));
        submits(server, warmUp.dividedBy(2), BATCH_CLIENTS, Evaluations.submitBatch(BATCH), 202);
        Load.Result batches = submits(server, time, BATCH_CLIENTS, Evaluations.submitBatch(BATCH), 202);
        double tasks = batches.perSecond() * BATCH;
        rows.add(Row.alone("durable submits in batches of 100, 8 clients", Row.rate(tasks),
                Row.budget("≥ 20,000/s", tasks >= BATCH_BUDGET)));
        rows.add(Row.alone("  each batch", batches.times().percentiles(), ""));
        return rows;
    }

    /** A server that accepts and runs nothing. */
    static Server paused(Workspace workspace) throws IOException {
        Server server = workspace.serve(workspace.fresh("home"), Map.of());
        try (HttpConnection connection = server.connect()) {
            Evaluations.read(connection.post("/api/admin/queue/pause", "{}"), 200);
        }
        return server;
    }

    static Load.Result submits(Server server, Duration time, int clients, byte[] request, int status)
            throws Exception {
        Load.Result result = Load.during(time, clients, () -> client(server.connect(), request, status));
        Progress.say("  requests: " + Row.rate(result.perSecond()));
        return result;
    }

    private static Load.Client client(HttpConnection connection, byte[] request, int status) {
        return new Load.Client() {
            @Override
            public void once() throws IOException {
                HttpConnection.Answer answer = connection.send(request);
                if (answer.status() != status) {
                    throw new IOException("HTTP " + answer.status() + ": " + answer.body());
                }
            }

            @Override
            public void close() throws IOException {
                connection.close();
            }
        };
    }

    /** What the clients could do if the server cost nothing. */
    private static double generatorAlone(Duration time) throws Exception {
        try (Sink sink = new Sink()) {
            double rate = Load.during(time, CLIENTS, () ->
                    client(new HttpConnection(sink.port()), Evaluations.submit(), 200)).perSecond();
            Progress.say("  the generator alone: " + Row.rate(rate));
            return rate;
        }
    }

    private static Load.Result inserts(Workspace workspace, Duration time) throws Exception {
        EmbeddedPostgres postgres = workspace.postgres();
        Inserts.prepare(postgres);
        Load.during(time.dividedBy(2), CLIENTS, () -> new Inserts(postgres));
        Load.Result result = Load.during(time, CLIENTS, () -> new Inserts(postgres));
        Progress.say("  single-row inserts: " + Row.rate(result.perSecond()));
        return result;
    }

    /** CPU time of both sides so far. */
    private record Cpu(Duration server, Duration generator) {
        static Cpu now(Server server) {
            OperatingSystemMXBean us = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
            return new Cpu(server.cpu(), Duration.ofNanos(us.getProcessCpuTime()));
        }

        String since(Cpu before, double seconds) {
            return String.format(Locale.ROOT, "server's JVM %.2f, load generator %.2f",
                    server.minus(before.server).toMillis() / 1000.0 / seconds,
                    generator.minus(before.generator).toMillis() / 1000.0 / seconds);
        }
    }
}
