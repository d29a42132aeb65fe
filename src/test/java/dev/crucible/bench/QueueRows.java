package dev.crucible.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** Lines that hold each of our ways against each of theirs; without theirs, ours stand alone. */
final class QueueRows {
    /** What a figure of ours must reach, by the way's name; empty for no demand. */
    @FunctionalInterface
    interface Budget<R> {
        String of(String name, R figure);
    }

    private QueueRows() {}

    static List<Row> rates(
            String what, Map<String, Double> ours, Map<String, Double> theirs, Budget<Double> budget) {
        List<Row> rows = new ArrayList<>();
        ours.forEach((name, rate) -> rows.addAll(lines(
                Row.alone(what + ", " + name, Row.rate(rate), budget.of(name, rate)), theirs,
                (baseline, other) -> Row.rates("", rate, baseline, other, ""))));
        return rows;
    }

    static List<Row> times(
            String what, Map<String, Samples> ours, Map<String, Samples> theirs, Budget<Samples> budget) {
        List<Row> rows = new ArrayList<>();
        ours.forEach((name, times) -> rows.addAll(lines(
                Row.alone(what + ", " + name, times.percentiles(), budget.of(name, times)), theirs,
                (baseline, other) -> Row.times("", times, baseline, other, ""))));
        return rows;
    }

    /** The first line has our figure; those below it only what it is held against. */
    private static <R> List<Row> lines(Row ours, Map<String, R> theirs, BiFunction<String, R, Row> compare) {
        List<Row> rows = new ArrayList<>();
        theirs.forEach((baseline, other) -> {
            Row compared = compare.apply(baseline, other);
            rows.add(rows.isEmpty()
                    ? new Row(ours.what(), ours.ours(), compared.baseline(), compared.ratio(), ours.budget())
                    : new Row("  the same", "", compared.baseline(), compared.ratio(), ""));
        });
        return rows.isEmpty() ? List.of(ours) : rows;
    }
}
