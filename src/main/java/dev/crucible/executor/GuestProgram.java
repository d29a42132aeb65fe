package dev.crucible.executor;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Submission;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the supervisor is told to run.
 *
 * @param files content by path below the work folder
 */
record GuestProgram(
        List<String> command, Map<String, String> environment, Map<String, byte[]> files, byte[] stdin, Limits limits) {
    private static final Map<String, String> BASE = Map.of(
            "PATH", "/usr/local/bin:/usr/bin:/bin",
            "HOME", "/work",
            "LANG", "C.UTF-8",
            "PYTHONUNBUFFERED", "1",
            "PYTHONDONTWRITEBYTECODE", "1",
            "CRUCIBLE_RESULT", "/work/.crucible_result.json");

    /** What a file's space in the box is counted in. */
    static final long PAGE = 4096;

    /** Pages that the files take up. */
    long filePages() {
        return files.values().stream().mapToLong(content -> (content.length + PAGE - 1) / PAGE).sum();
    }

    static GuestProgram of(EvaluationId id, Submission submission, Language language) {
        List<String> command = new ArrayList<>(language.run());
        command.replaceAll(word -> word.equals("{file}") ? language.file() : word);
        command.addAll(submission.args());
        Map<String, String> environment = new LinkedHashMap<>(submission.env());
        environment.putAll(BASE);
        environment.put("EVAL_ID", id.value());
        return new GuestProgram(
                command,
                environment,
                Map.of(language.file(), utf8(submission.code())),
                utf8(submission.stdin()),
                submission.limits());
    }

    /** A command of ours, such as a language's version probe. */
    static GuestProgram command(List<String> command, Limits limits) {
        return new GuestProgram(command, BASE, Map.of(), new byte[0], limits);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
