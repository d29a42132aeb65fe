package dev.crucible.platform.submission;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.kernel.evaluation.SourceFile;
import dev.crucible.platform.submission.Fields;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a submission brings to be run: a text, files, or both, and which of them is the program. */
record ProgramFields(String code, List<SourceFile> files, @Nullable String entrypoint) {
    private static final int MAX_CODE = 1 << 20;

    /** @param codeFile the name that code gets in the work folder, or null when the language is not known */
    static ProgramFields read(Fields fields, @Nullable String codeFile) {
        String code = code(fields);
        boolean hasCode = fields.has("code");
        List<SourceFile> files = FileFields.read(fields, hasCode ? codeFile : null);
        return new ProgramFields(code, files, entrypoint(fields, files, hasCode ? null : codeFile));
    }

    private static String code(Fields fields) {
        if (!fields.has("code")) {
            if (!hasFiles(fields)) {
                fields.wrong("code", "is missing: send the program's text, or files", "missing");
            }
            return "";
        }
        String code = fields.text("code");
        if (code == null) {
            return "";
        }
        if (code.isBlank()) {
            fields.wrong("code", "must not be blank", "blank");
        } else if (Fields.utf8Length(code) > MAX_CODE) {
            fields.wrong("code", "is longer than 1 MiB", "too_long");
        }
        return code;
    }

    /** @param fallback the file that is run when none is named, if it is there */
    private static @Nullable String entrypoint(Fields fields, List<SourceFile> files, @Nullable String fallback) {
        String named = fields.text("entrypoint");
        if (named != null && !contains(files, named)) {
            fields.wrong("entrypoint", "must be the path of one of files", "unknown_file");
        }
        if (named != null && named.startsWith("-")) {
            fields.wrong("entrypoint", "must not begin with -, which a language would take for an option", "invalid_path");
        }
        if (named != null || fallback == null || fields.has("entrypoint")) {
            return named;
        }
        if (contains(files, fallback)) {
            return fallback;
        }
        if (hasFiles(fields)) {
            fields.wrong("entrypoint", "is missing: name the file to run, or call one of them " + fallback, "missing");
        }
        return null;
    }

    private static boolean hasFiles(Fields fields) {
        JsonNode files = fields.node("files");
        return files != null && !files.isEmpty();
    }

    private static boolean contains(List<SourceFile> files, String path) {
        return files.stream().anyMatch(file -> file.path().equals(path));
    }
}
