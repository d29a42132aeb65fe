package dev.crucible.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code print(1)} through the executor's face alone, from the order to the result, in turns with its baselines. */
final class RunBench {
    private static final int WARM_UP = 150;
    private static final int CONTAINER_WARM_UP = 6;
    private static final double BUDGET = 0.5;

    private RunBench() {}

    static List<Row> run(Workspace workspace, Options options) throws Exception {
        Executions executions = workspace.executions();
        List<Guest> guests = Guest.of(executions.engines());
        List<Contender> contenders = new ArrayList<>(Baselines.here(workspace));
        for (Guest guest : guests) {
            int times = guest.container() ? CONTAINER_WARM_UP : options.rounds(WARM_UP, WARM_UP / 3);
            for (int i = 0; i < times; i++) {
                executions.printOne(guest).run();
            }
            contenders.add(guest.timed(() -> executions.printOne(guest)));
        }
        Map<String, Samples> times = Race.run(options.rounds(200, 40), contenders);
        return Baselines.rows("print(1) alone, start → exit", guests, times, RunBench::budget);
    }

    private static String budget(Guest guest, String baseline, Samples ours, Samples theirs) {
        return guest.equals(Guest.WARM) && baseline.equals(Baselines.PYTHON)
                ? Row.budget("p50 ≤ 0.5 ×", ours.median() <= BUDGET * theirs.median())
                : "";
    }
}
