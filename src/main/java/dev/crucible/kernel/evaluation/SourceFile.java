package dev.crucible.kernel.evaluation;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;

/**
 * A file that a submission brings along. The array is not copied: nobody changes it after handing it over.
 *
 * @param path below the work folder, relative, with {@code /} between its parts
 */
public record SourceFile(String path, byte[] content) {
    public SourceFile {
        requireNonNull(path, "path is null");
        requireNonNull(content, "content is null");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SourceFile file && path.equals(file.path) && Arrays.equals(content, file.content);
    }

    @Override
    public int hashCode() {
        return 31 * path.hashCode() + Arrays.hashCode(content);
    }

    @Override
    public String toString() {
        return "SourceFile[" + path + ", " + content.length + " bytes]";
    }
}
