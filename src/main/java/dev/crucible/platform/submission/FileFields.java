package dev.crucible.platform.submission;

import dev.crucible.kernel.evaluation.SourceFile;
import dev.crucible.platform.submission.Fields;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the files that a submission brings along. */
final class FileFields {
    private static final int MAX_FILES = 100;
    private static final long MAX_BYTES = 8L << 20;
    private static final byte[] NONE = new byte[0];

    private final Set<String> paths = new HashSet<>();
    private final Set<String> folders = new HashSet<>();
    private final @Nullable String codeFile;

    private FileFields(@Nullable String codeFile) {
        this.codeFile = codeFile;
        if (codeFile != null) {
            take(codeFile);
        }
    }

    /** @param codeFile the path that the code takes, or null when there is none */
    static List<SourceFile> read(Fields fields, @Nullable String codeFile) {
        FileFields reader = new FileFields(codeFile);
        List<SourceFile> files = new ArrayList<>();
        for (Fields file : fields.objects("files", MAX_FILES)) {
            files.add(new SourceFile(reader.path(file), content(file)));
        }
        if (files.stream().mapToLong(file -> file.content().length).sum() > MAX_BYTES) {
            fields.wrong("files", "are longer than 8 MiB together", "too_long");
        }
        return files;
    }

    private String path(Fields file) {
        String path = required(file, "path");
        if (path == null) {
            return "";
        }
        String wrong = WorkPath.wrong(path);
        if (wrong != null) {
            file.wrong("path", wrong, "invalid_path");
        } else if (path.equals(codeFile)) {
            file.wrong("path", "is where code goes: leave code out, or give this file another path", "conflict");
        } else if (paths.contains(path)) {
            file.wrong("path", "is the path of an earlier file", "duplicate");
        } else if (folders.contains(path) || foldersOf(path).stream().anyMatch(paths::contains)) {
            file.wrong("path", "cannot be a file and a folder at once", "conflict");
        } else {
            take(path);
        }
        return path;
    }

    private void take(String path) {
        paths.add(path);
        folders.addAll(foldersOf(path));
    }

    private static List<String> foldersOf(String path) {
        List<String> folders = new ArrayList<>();
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
            folders.add(path.substring(0, slash));
        }
        return folders;
    }

    private static byte[] content(Fields file) {
        String content = required(file, "content");
        String encoding = file.has("encoding") ? file.text("encoding") : "utf8";
        if (content == null || encoding == null) {
            return NONE;
        }
        switch (encoding) {
            case "utf8":
                return content.getBytes(StandardCharsets.UTF_8);
            case "base64":
                return decoded(file, content);
            default:
                file.wrong("encoding", "must be utf8 or base64", "unknown_value");
                return NONE;
        }
    }

    private static byte[] decoded(Fields file, String content) {
        try {
            return Base64.getDecoder().decode(content);
        } catch (IllegalArgumentException e) {
            file.wrong("content", "is not base64: A-Z, a-z, 0-9, + and /, without line breaks", "invalid_base64");
            return NONE;
        }
    }

    private static @Nullable String required(Fields file, String name) {
        if (!file.has(name)) {
            file.wrong(name, "is missing", "missing");
        }
        return file.text(name);
    }
}
