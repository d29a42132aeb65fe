package dev.crucible.storage;

import dev.crucible.kernel.FieldError;
import dev.crucible.kernel.PlatformException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a page of the list ended. Opaque to clients. */
final class Cursors {
    private Cursors() {}

    static String of(long seq) {
        return Long.toString(seq, Character.MAX_RADIX);
    }

    /**
     * Only evaluations with a lower number follow.
     *
     * @throws PlatformException {@code VALIDATION} if it is none that {@link #of} made
     */
    static long seq(@Nullable String cursor) {
        if (cursor == null) {
            return Long.MAX_VALUE;
        }
        try {
            return Long.parseLong(cursor, Character.MAX_RADIX);
        } catch (NumberFormatException e) {
            throw PlatformException.invalid(List.of(new FieldError(
                    List.of("query", "cursor"), "use the next_cursor of the page before", "cursor")));
        }
    }
}
