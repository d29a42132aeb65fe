package dev.crucible.storage;

/**
 * Buckets for run times: twelve to an octave, so the middle of a bucket is within 3 % of everything in it, and exact
 * below 17 ms, where a bucket holds one whole number at most.
 */
final class RuntimeBuckets {
    private static final double PER_OCTAVE = 12;

    private RuntimeBuckets() {}

    /** The number of the bucket, 0 to 757. */
    static int of(long millis) {
        return millis < 1 ? 0 : 1 + (int) Math.floor(PER_OCTAVE * log2(millis));
    }

    /** The middle of the whole numbers in a bucket. */
    static double middle(int bucket) {
        if (bucket == 0) {
            return 0;
        }
        double lowest = Math.ceil(Math.pow(2, (bucket - 1) / PER_OCTAVE));
        double above = Math.ceil(Math.pow(2, bucket / PER_OCTAVE));
        return Math.max(lowest, (lowest + above - 1) / 2);
    }

    private static double log2(double value) {
        return Math.log(value) / Math.log(2);
    }
}
