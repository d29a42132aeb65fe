package dev.crucible.bench;

import dev.crucible.kernel.evaluation.Isolation;
import java.util.ArrayList;
import java.util.List;

/** A way to run a program that Crucible offers. */
record Guest(String engine, Isolation isolation) {
    static final Guest WARM = new Guest("sandbox", Isolation.WARM);
    static final Guest COLD = new Guest("sandbox", Isolation.COLD);
    private static final int EVERY = 4;
    private static final long REST_MILLIS = 15;
    /** Making a container takes a good part of a second. */
    private static final long CONTAINER_REST_MILLIS = 500;

    /** Warm and cold of each. */
    static List<Guest> of(List<String> engines) {
        List<Guest> guests = new ArrayList<>();
        for (String engine : engines) {
            guests.add(new Guest(engine, Isolation.WARM));
            guests.add(new Guest(engine, Isolation.COLD));
        }
        return guests;
    }

    String name() {
        return engine + " " + isolation.wire();
    }

    Contender timed(Contender.Body body) {
        return new Contender(name(), container() ? EVERY : 1, container() ? CONTAINER_REST_MILLIS : REST_MILLIS, body);
    }

    boolean container() {
        return !engine.equals("sandbox");
    }

    /** What somebody would use who has the same wall and not Crucible. */
    String plain() {
        return switch (engine) {
            case "docker" -> Baselines.RUNC;
            case "gvisor" -> Baselines.RUNSC;
            default -> Baselines.BUBBLEWRAP;
        };
    }
}
