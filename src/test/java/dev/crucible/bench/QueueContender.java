package dev.crucible.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A queue that is measured beside others. */
interface QueueContender {
    String name();

    QueueSide open(QueueScenario scenario) throws Exception;

    /** Something that is measured of one queue. */
    @FunctionalInterface
    interface Measure<R> {
        R of(QueueSide side) throws Exception;
    }

    /** Measures each in turn; the results by their names. */
    static <R> Map<String, R> each(
            List<? extends QueueContender> contenders, QueueScenario scenario, Measure<R> measure,
            Function<R, String> words) throws Exception {
        Map<String, R> results = new LinkedHashMap<>();
        for (QueueContender contender : contenders) {
            try (QueueSide side = contender.open(scenario)) {
                R result = measure.of(side);
                Progress.say("  " + contender.name() + ": " + words.apply(result));
                results.put(contender.name(), result);
            }
        }
        return results;
    }
}
