package dev.crucible.platform.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.FieldError;
import dev.crucible.kernel.PlatformException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of every error (RFC 9457).
 *
 * @param type a path that names the kind of problem
 * @param title the same for every problem of the kind
 * @param detail a sentence that says what to do
 * @param code the stable name of the kind
 * @param errors what is wrong field by field; only in a 422 that is about fields
 */
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        String code,
        String requestId,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<FieldError> errors) {
    public static final String MEDIA_TYPE = "application/problem+json";

    static Problem of(PlatformException e, String requestId) {
        return of(e.code(), e.code().httpStatus(), e.getMessage(), requestId, e.errors().isEmpty() ? null : e.errors());
    }

    static Problem of(ErrorCode code, int status, String detail, String requestId) {
        return of(code, status, detail, requestId, null);
    }

    private static Problem of(
            ErrorCode code, int status, String detail, String requestId, @Nullable List<FieldError> errors) {
        return new Problem("/errors/" + code.code(), code.title(), status, detail, code.code(), requestId, errors);
    }
}
