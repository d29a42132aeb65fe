package dev.crucible.kernel;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads sizes ({@code 512Mi}, {@code 1Gi}, {@code 1024Ki}, {@code 64M}, plain bytes) and CPU shares ({@code 500m}, {@code 0.5}). */
public final class Quantity {
    private static final Pattern FORM = Pattern.compile("(\\d{1,18}(?:\\.\\d{1,9})?)([A-Za-z]{0,2})");
    private static final Map<String, Long> UNITS = Map.of(
            "", 1L, "k", 1000L, "M", 1_000_000L, "G", 1_000_000_000L,
            "Ki", 1L << 10, "Mi", 1L << 20, "Gi", 1L << 30);

    private Quantity() {}

    /** @throws IllegalArgumentException if {@code text} is not a size, or more than {@link Long#MAX_VALUE} bytes */
    public static long bytes(String text) {
        Matcher match = FORM.matcher(text.strip());
        Long unit = match.matches() ? UNITS.get(match.group(2)) : null;
        if (unit == null) {
            throw new IllegalArgumentException("expected a size such as 512Mi, 1Gi or a number of bytes");
        }
        return whole(new BigDecimal(match.group(1)).multiply(BigDecimal.valueOf(unit)));
    }

    /**
     * Thousandths of a CPU.
     *
     * @throws IllegalArgumentException if {@code text} is not a CPU share
     */
    public static long cpuMillis(String text) {
        Matcher match = FORM.matcher(text.strip());
        if (!match.matches() || !(match.group(2).isEmpty() || match.group(2).equals("m"))) {
            throw new IllegalArgumentException("expected CPUs such as 0.5 or 500m");
        }
        BigDecimal number = new BigDecimal(match.group(1));
        return whole(match.group(2).equals("m") ? number : number.multiply(BigDecimal.valueOf(1000)));
    }

    /** The shortest exact text of a size: {@code 256Mi}, {@code 1500}. */
    public static String bytesText(long bytes) {
        for (String unit : new String[] {"Gi", "Mi", "Ki"}) {
            long size = UNITS.get(unit);
            if (bytes >= size && bytes % size == 0) {
                return bytes / size + unit;
            }
        }
        return Long.toString(bytes);
    }

    private static long whole(BigDecimal number) {
        try {
            return number.setScale(0, RoundingMode.HALF_UP).longValueExact();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("the number is too large", e);
        }
    }
}
