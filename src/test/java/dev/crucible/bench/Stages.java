package dev.crucible.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Where the time of a lone submit goes, in microseconds: the server's own timeline between the client's two readings of
 * the same clock.
 */
record Stages(long accept, long claim, long box, long program, long answer) {
    /** @param timeline the four changes of an evaluation that ran once */
    static Stages of(long sent, JsonNode timeline, long answered) throws IOException {
        if (timeline.size() != 4) {
            throw new IOException("a timeline of " + timeline.size() + " changes instead of 4");
        }
        long queued = at(timeline, 0);
        long provisioning = at(timeline, 1);
        long running = at(timeline, 2);
        long ended = at(timeline, 3);
        return new Stages(queued - sent, provisioning - queued, running - provisioning, ended - running, answered - ended);
    }

    /** The system's clock, which is the server's too. */
    static long micros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    static List<Row> rows(List<Stages> all) {
        List<Row> rows = new ArrayList<>();
        rows.add(row("  request read and checked", all, Stages::accept));
        rows.add(row("  stored, journaled, claimed (3 commits)", all, Stages::claim));
        rows.add(row("  worker begins → program seen to run", all, Stages::box));
        rows.add(row("  program seen to run → its end known", all, Stages::program));
        rows.add(row("  end → answer (a commit and a read)", all, Stages::answer));
        return rows;
    }

    private static Row row(String what, List<Stages> all, ToLongFunction<Stages> stage) {
        Samples samples = new Samples(all.stream().mapToDouble(one -> stage.applyAsLong(one) / 1000.0).toArray());
        return Row.alone(what, samples.percentiles(), "");
    }

    private static long at(JsonNode timeline, int index) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(timeline.path(index).path("time").asText()));
    }
}
