package dev.crucible.platform.submission;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.kernel.Quantity;
import dev.crucible.kernel.evaluation.Limits;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads the limits of a submission. A value that is far beyond any host is kept as {@link #HUGE}, so that the ceiling
 * refuses it like any other that is too high.
 */
public final class LimitFields {
    /** Beyond every ceiling, and safe to calculate with. */
    private static final long HUGE = Integer.MAX_VALUE * 1000L;

    private static final BigDecimal HUGE_NUMBER = BigDecimal.valueOf(HUGE);

    private static final BigDecimal SMALLEST = new BigDecimal("0.000000001");

    private final Fields fields;
    private final Limits max;
    private final Limits defaults;

    private LimitFields(Fields fields, Limits max, Limits defaults) {
        this.fields = fields;
        this.max = max;
        this.defaults = defaults;
    }

    /** @param defaults for what is not given; where they are above {@code max}, that is taken */
    public static Limits read(Fields fields, Limits max, Limits defaults) {
        return new LimitFields(fields, max, defaults).read();
    }

    private Limits read() {
        Duration timeout = seconds("timeout", least(defaults.timeout(), max.timeout()));
        int cpuMillis = (int) Math.min(Integer.MAX_VALUE, quantity(
                "cpu_limit", Math.min(defaults.cpuMillis(), max.cpuMillis()), Quantity::cpuMillis));
        Duration cpuDefault = Duration.ofMillis(Math.max(1, timeout.toMillis() * cpuMillis / 1000));
        return new Limits(
                timeout,
                seconds("cpu_time_limit", least(cpuDefault, max.cpuTime())),
                bytes("memory_limit", defaults.memoryBytes(), max.memoryBytes()),
                cpuMillis,
                bytes("disk_limit", defaults.diskBytes(), max.diskBytes()),
                bytes("output_limit", defaults.outputBytes(), max.outputBytes()),
                pids(Math.min(defaults.pids(), max.pids())));
    }

    private static Duration least(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private Duration seconds(String name, Duration otherwise) {
        BigDecimal seconds = fields.number(name);
        if (seconds == null) {
            return otherwise;
        }
        if (seconds.signum() <= 0) {
            fields.wrong(name, "must be above 0 seconds", "out_of_range");
            return otherwise;
        }
        // Compared before it is calculated with: 1e999999999 has few digits and no end.
        BigDecimal bounded = seconds.min(BigDecimal.valueOf(Integer.MAX_VALUE)).max(new BigDecimal("0.001"));
        return Duration.ofMillis(bounded.movePointRight(3).setScale(0, RoundingMode.CEILING).longValueExact());
    }

    private long bytes(String name, long otherwise, long max) {
        return quantity(name, Math.min(otherwise, max), Quantity::bytes);
    }

    private long quantity(String name, long otherwise, ToLongFunction<String> reader) {
        JsonNode node = fields.node(name);
        if (node == null) {
            return otherwise;
        }
        String text = quantityText(name, node);
        if (text == null) {
            return otherwise;
        }
        try {
            long value = reader.applyAsLong(text);
            if (value > 0) {
                return value;
            }
            fields.wrong(name, "must be above 0", "out_of_range");
        } catch (IllegalArgumentException e) {
            fields.wrong(name, e.getMessage(), "invalid_quantity");
        }
        return otherwise;
    }

    private @Nullable String quantityText(String name, JsonNode node) {
        if (Fields.isNumber(node)) {
            BigDecimal number = node.decimalValue();
            if (number.signum() <= 0) {
                fields.wrong(name, "must be above 0", "out_of_range");
                return null;
            }
            if (number.compareTo(HUGE_NUMBER) > 0) {
                return Long.toString(HUGE);
            }
            return number.max(SMALLEST).setScale(9, RoundingMode.CEILING).toPlainString();
        }
        String text = fields.text(name);
        if (text != null && text.strip().startsWith("-")) {
            fields.wrong(name, "must be above 0", "out_of_range");
            return null;
        }
        return text;
    }

    private int pids(int otherwise) {
        BigDecimal number = fields.number("pids_limit");
        if (number == null) {
            return otherwise;
        }
        if (number.compareTo(BigDecimal.ONE) < 0) {
            fields.wrong("pids_limit", "must be at least 1", "out_of_range");
            return otherwise;
        }
        BigDecimal bounded = number.min(BigDecimal.valueOf(Integer.MAX_VALUE));
        if (bounded.remainder(BigDecimal.ONE).signum() != 0) {
            fields.wrong("pids_limit", "must be a whole number", "type_error");
            return otherwise;
        }
        return bounded.intValueExact();
    }
}
