package dev.crucible.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code print(1)} without Crucible, and the lines of the table that hold Crucible against it. */
final class Baselines {
    static final String PYTHON = "python3";
    static final String BUBBLEWRAP = "bubblewrap";
    static final String RUNC = "docker run, runc";
    static final String RUNSC = "docker run, runsc";
    private static final int EVERY = 4;

    private Baselines() {}

    /** Those that this machine has. */
    static List<Contender> here(Workspace workspace) throws IOException {
        List<String> box = Programs.bubblewrap(workspace);
        List<Contender> all = new ArrayList<>();
        all.add(Contender.process(PYTHON, 1, Programs::python));
        all.add(Contender.process(BUBBLEWRAP, 1, () -> Programs.run(box)));
        Optional<Docker> docker = Docker.find(workspace);
        if (docker.isPresent()) {
            add(all, RUNC, docker.get(), "runc");
            add(all, RUNSC, docker.get(), "runsc");
        }
        return all;
    }

    private static void add(List<Contender> all, String name, Docker docker, String runtime) throws IOException {
        if (docker.has(runtime)) {
            List<String> command = docker.run(runtime, Programs.PYTHON);
            all.add(Contender.process(name, EVERY, () -> Programs.run(command)));
        }
    }

    /** What an engine must reach, against bare Python or against its plain counterpart; null for no demand. */
    @FunctionalInterface
    interface Budget {
        String of(Guest guest, String baseline, Samples ours, Samples theirs);
    }

    /** A line for each guest against Python, and one against what has the same wall. */
    static List<Row> rows(String what, List<Guest> guests, Map<String, Samples> times, Budget budget) {
        List<Row> rows = new ArrayList<>();
        for (Guest guest : guests) {
            for (String baseline : List.of(PYTHON, guest.plain())) {
                Samples ours = times.get(guest.name());
                Samples theirs = times.get(baseline);
                if (theirs != null) {
                    rows.add(Row.times(
                            what + ", " + guest.name(), ours, baseline, theirs, budget.of(guest, baseline, ours, theirs)));
                }
            }
        }
        return rows;
    }
}
