package dev.crucible.kernel;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * One thing wrong with one field.
 *
 * @param loc where: {@code ["body", "code"]}, {@code ["body", "evaluations", "3", "timeout"]}, {@code ["query", "limit"]}
 * @param msg a sentence for a person; never echoes the value whole
 * @param type a stable word for a program, such as {@code missing}, {@code type_error}, {@code out_of_range}
 */
public record FieldError(List<String> loc, String msg, String type) {
    public FieldError {
        loc = List.copyOf(loc);
        requireNonNull(msg, "msg is null");
        requireNonNull(type, "type is null");
    }
}
