package dev.crucible.bench;

import java.util.Locale;

/**
 * One line of the table, ready to be printed.
 *
 * @param budget what {@code design.md} asks for, with the word whether it was met; empty without one
 */
record Row(String what, String ours, String baseline, String ratio, String budget) {
    /** A figure that stands alone. */
    static Row alone(String what, String ours, String budget) {
        return new Row(what, ours, "", "", budget);
    }

    /** Times against the same percentiles of a baseline; the ratio is that of the medians. */
    static Row times(String what, Samples ours, String baselineName, Samples baseline, String budget) {
        return new Row(what, ours.percentiles(), baselineName + " " + baseline.percentiles(),
                ratio(ours.median() / baseline.median()), budget);
    }

    /** Figures of which more is better. */
    static Row rates(String what, double ours, String baselineName, double baseline, String budget) {
        return new Row(what, rate(ours), baselineName + " " + rate(baseline), ratio(ours / baseline), budget);
    }

    static String rate(double perSecond) {
        return String.format(Locale.ROOT, perSecond < 1000 ? "%.1f/s" : "%,.0f/s", perSecond);
    }

    static String ratio(double ratio) {
        return String.format(Locale.ROOT, "%.2f ×", ratio);
    }

    /** A budget in words with its verdict. */
    static String budget(String words, boolean met) {
        return words + (met ? ": met" : ": MISSED");
    }
}
