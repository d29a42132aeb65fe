package dev.crucible.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Times several things in turns, so that whatever the machine does meanwhile hits all of them alike. */
final class Race {
    private Race() {}

    /** The times of each by its name. */
    static Map<String, Samples> run(int rounds, List<Contender> contenders) throws Exception {
        Map<String, List<Double>> times = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (Contender contender : contenders) {
                if (round % contender.every() == 0) {
                    times.computeIfAbsent(contender.name(), name -> new ArrayList<>()).add(time(contender));
                }
            }
        }
        Map<String, Samples> samples = new LinkedHashMap<>();
        times.forEach((name, millis) -> samples.put(name, Samples.of(millis)));
        samples.forEach((name, figures) -> Progress.say("  " + name + ": " + figures.percentiles()));
        return samples;
    }

    private static double time(Contender contender) throws Exception {
        Thread.sleep(contender.restMillis());
        long begin = System.nanoTime();
        Contender.Check check = contender.body().run();
        double millis = (System.nanoTime() - begin) / 1e6;
        check.run();
        Thread.sleep(contender.restMillis());
        return millis;
    }
}
