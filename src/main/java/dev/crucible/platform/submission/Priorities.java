package dev.crucible.platform.submission;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.kernel.evaluation.Submission;
import java.math.BigDecimal;
import java.util.OptionalInt;

/** The ways in which a priority may be said: a level, a yes or no, or a Kubernetes priority class value. */
public final class Priorities {
    private static final int URGENT = 9;
    private static final BigDecimal MAX_CLASS_VALUE = BigDecimal.valueOf(2_000_000_000L);

    private Priorities() {}

    /** The level 0 to 10, or empty when {@code node} says none. */
    public static OptionalInt level(JsonNode node) {
        if (node.isBoolean()) {
            return OptionalInt.of(node.booleanValue() ? URGENT : Submission.DEFAULT_PRIORITY);
        }
        if (!node.isNumber()) {
            return OptionalInt.empty();
        }
        BigDecimal number = node.decimalValue();
        boolean fraction = number.signum() != 0 && number.abs().compareTo(BigDecimal.ONE) < 0;
        // Compared before it is calculated with: 1e-999999999 has one digit and a billion places.
        if (fraction || number.abs().compareTo(MAX_CLASS_VALUE) > 0
                || number.remainder(BigDecimal.ONE).signum() != 0) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(fromClassValue(number.intValueExact()));
    }

    private static int fromClassValue(int value) {
        if (value < Submission.LOWEST_PRIORITY) {
            return 1;
        } else if (value <= Submission.HIGHEST_PRIORITY) {
            return value;
        } else if (value < 150) {
            return 2;
        } else if (value < 250) {
            return 3;
        } else if (value < 350) {
            return 4;
        } else if (value < 400) {
            return 5;
        } else if (value < 500) {
            return 6;
        } else if (value < 1000) {
            return 7;
        } else if (value < 2000) {
            return 9;
        }
        return Submission.HIGHEST_PRIORITY;
    }
}
