package dev.crucible.platform.submission;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rules for paths below the work folder, as a submission may name them. */
final class WorkPath {
    private static final int MAX_BYTES = 1024;
    private static final int MAX_PARTS = 32;
    /** No file system of Linux takes a longer name. */
    private static final int MAX_PART_BYTES = 255;

    private WorkPath() {}

    /** What is wrong with a path, or null when nothing is. */
    static @Nullable String wrong(String path) {
        if (path.isEmpty() || path.startsWith("/")) {
            return "must be relative to the work folder, such as data/in.txt";
        }
        if (path.indexOf('\\') >= 0 || path.chars().anyMatch(Character::isISOControl)) {
            return "must hold neither backslashes nor control characters";
        }
        List<String> parts = parts(path);
        if (parts.stream().anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."))) {
            return "must hold no part that is empty, . or ..";
        }
        if (bytes(path) > MAX_BYTES || parts.size() > MAX_PARTS
                || parts.stream().anyMatch(part -> bytes(part) > MAX_PART_BYTES)) {
            return "is longer than " + MAX_BYTES + " bytes, has a name longer than " + MAX_PART_BYTES
                    + " bytes, or lies more than " + MAX_PARTS + " folders deep";
        }
        return null;
    }

    /** What is wrong with a pattern of paths, or null when nothing is. */
    static @Nullable String wrongInGlob(String glob) {
        String wrong = wrong(glob);
        if (wrong != null) {
            return wrong;
        }
        boolean other = glob.chars().anyMatch(letter -> "[]{}\\".indexOf(letter) >= 0);
        return other ? "is not a pattern of *, ? and ** alone, such as *.csv or out/**" : null;
    }

    private static List<String> parts(String path) {
        return List.of(path.split("/", -1));
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
