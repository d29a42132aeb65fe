package dev.crucible.app;

import java.util.List;

/** The configuration cannot be used. Says everything that is wrong at once, without any secret. */
public final class InvalidConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    InvalidConfigException(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    /** A sentence for each problem; at least one. */
    public List<String> problems() {
        return problems;
    }
}
