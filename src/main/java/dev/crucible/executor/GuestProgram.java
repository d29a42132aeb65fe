package dev.crucible.executor;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Isolation;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.SourceFile;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.kernel.evaluation.TestCase;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What the supervisor is told to run.
 *
 * @param files for the work folder, which is empty otherwise
 * @param fork whether it may go on in a loaded interpreter instead of being executed
 */
record GuestProgram(
        List<String> command,
        Map<String, String> environment,
        List<BoxFile> files,
        byte[] stdin,
        Limits limits,
        Keep keep,
        boolean fork) {
    private static final Map<String, String> BASE = Map.of(
            "PATH", "/usr/local/bin:/usr/bin:/bin",
            "HOME", "/work",
            "LANG", "C.UTF-8",
            "PYTHONUNBUFFERED", "1",
            "PYTHONDONTWRITEBYTECODE", "1",
            "CRUCIBLE_RESULT", "/work/.crucible_result.json");
    /** Variables that an interpreter reads while it loads. */
    private static final Pattern READ_EARLY = Pattern.compile("(PYTHON|LC_|LD_|MALLOC_|GLIBC_).*|LANG|LANGUAGE|TZ|TZDIR|__.*");

    /** What a file's space in the box is counted in. */
    static final long PAGE = 4096;

    /** Pages that the files take up. */
    long filePages() {
        return files.stream().mapToLong(file -> (file.content().length + PAGE - 1) / PAGE).sum();
    }

    /** The program of a submission, with its standard input. */
    static GuestProgram of(EvaluationId id, Submission submission, Language language) {
        Sources sources = Sources.of(submission, language);
        List<String> command = new ArrayList<>(
                language.runCommand(sources.entry(), sources.paths(), submission.limits()));
        command.addAll(submission.args());
        return new GuestProgram(
                command,
                environment(id, submission.env(), language),
                sources.files(),
                utf8(submission.stdin()),
                submission.limits(),
                Keep.artifacts(submission.artifacts()),
                submission.isolation() == Isolation.WARM && language.fork() && language.compile().isEmpty()
                        && sources.usual(language)
                        && submission.env().keySet().stream().noneMatch(name -> READ_EARLY.matcher(name).matches()));
    }

    /** The step that compiles a submission. What it leaves is what runs. */
    static GuestProgram compile(EvaluationId id, Submission submission, Language language, Keep compiled) {
        Sources sources = Sources.of(submission, language);
        return new GuestProgram(
                language.compileCommand(sources.entry(), sources.paths(), submission.limits()),
                environment(id, Map.of(), language),
                sources.files(),
                new byte[0],
                language.compileLimits().over(Limits.DEFAULTS),
                compiled,
                false);
    }

    /** What an interpreter is loaded with, to be forked for the language's programs later. */
    static GuestProgram interpreter(Language language) {
        return new GuestProgram(
                language.runCommand(language.file(), List.of(language.file()), Limits.DEFAULTS),
                language.env().isEmpty() ? BASE : merged(language.env(), BASE),
                List.of(), new byte[0], Limits.DEFAULTS, Keep.NOTHING, true);
    }

    /** A command of ours, such as a language's version probe. */
    static GuestProgram command(List<String> command, Limits limits) {
        return new GuestProgram(command, BASE, List.of(), new byte[0], limits, Keep.NOTHING, false);
    }

    /** The same program out of what a compile step left. */
    GuestProgram from(List<BoxFile> compiled) {
        return new GuestProgram(command, environment, compiled, stdin, limits, keep, fork);
    }

    /** The same program with a test's input, which comes after the submission's own arguments. */
    GuestProgram with(TestCase test) {
        List<String> words = new ArrayList<>(command);
        words.addAll(test.args());
        return new GuestProgram(words, environment, files, utf8(test.stdin()), limits, keep, fork);
    }

    private static Map<String, String> environment(EvaluationId id, Map<String, String> submitted, Language language) {
        Map<String, String> environment = merged(language.env(), submitted, BASE);
        environment.put("EVAL_ID", id.value());
        return environment;
    }

    @SafeVarargs
    private static Map<String, String> merged(Map<String, String>... maps) {
        Map<String, String> merged = new LinkedHashMap<>();
        for (Map<String, String> map : maps) {
            merged.putAll(map);
        }
        return merged;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A submission's files, its code among them under the language's own name, and the one to start from. */
    private record Sources(String entry, List<BoxFile> files) {
        static Sources of(Submission submission, Language language) {
            List<BoxFile> files = new ArrayList<>();
            for (SourceFile file : submission.files()) {
                files.add(new BoxFile(file.path(), BoxFile.PLAIN, file.content()));
            }
            if (submission.files().stream().noneMatch(file -> file.path().equals(language.file()))
                    && (submission.files().isEmpty() || !submission.code().isEmpty())) {
                files.add(new BoxFile(language.file(), BoxFile.PLAIN, utf8(submission.code())));
            }
            String entry = submission.entrypoint() == null ? language.file() : submission.entrypoint();
            return new Sources(entry, files);
        }

        List<String> paths() {
            return files.stream().map(BoxFile::path).toList();
        }

        /** Whether the interpreter would have loaded the same with these files as without them. */
        boolean usual(Language language) {
            return entry.equals(language.file()) && files.stream().noneMatch(file -> file.path().startsWith("."));
        }
    }
}
