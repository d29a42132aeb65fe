package dev.crucible.kernel;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The one exception that leaves a module: a code from the catalogue and a sentence that says what to do. */
public final class PlatformException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final transient List<FieldError> errors;
    private final @Nullable Duration retryAfter;

    public PlatformException(ErrorCode code, String detail) {
        this(code, detail, List.of(), null, null);
    }

    public PlatformException(ErrorCode code, String detail, Throwable cause) {
        this(code, detail, List.of(), null, cause);
    }

    private PlatformException(
            ErrorCode code,
            String detail,
            List<FieldError> errors,
            @Nullable Duration retryAfter,
            @Nullable Throwable cause) {
        super(requireNonNull(detail, "detail is null"), cause);
        this.code = requireNonNull(code, "code is null");
        this.errors = List.copyOf(errors);
        this.retryAfter = retryAfter;
    }

    /** A 422 that names every field at fault. */
    public static PlatformException invalid(List<FieldError> errors) {
        FieldError first = errors.get(0);
        String more = errors.size() > 1 ? " (and " + (errors.size() - 1) + " more)" : "";
        return new PlatformException(
                ErrorCode.VALIDATION, String.join(".", first.loc()) + ": " + first.msg() + more, errors, null, null);
    }

    /** A refusal that may be lifted: the caller should wait at least {@code retryAfter}. */
    public static PlatformException retryLater(ErrorCode code, String detail, Duration retryAfter) {
        return new PlatformException(code, detail, List.of(), retryAfter, null);
    }

    public ErrorCode code() {
        return code;
    }

    /** What is wrong, field by field; empty unless the code is {@link ErrorCode#VALIDATION}. */
    public List<FieldError> errors() {
        return errors;
    }

    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
