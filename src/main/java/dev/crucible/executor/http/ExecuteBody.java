package dev.crucible.executor.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.crucible.executor.ExecutionRequest;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.SourceFile;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.kernel.evaluation.TestCase;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /execute}: the fields of a submission that decide how it is run, by the names that the gateway
 * takes them under, and beside them whose run it is.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ExecuteBody(
        String evalId,
        int attempt,
        @Nullable String token,
        @Nullable Double abandonAfter,
        @Nullable String code,
        String language,
        String engine,
        double timeout,
        double cpuTimeLimit,
        long memoryLimit,
        String cpuLimit,
        long diskLimit,
        long outputLimit,
        int pidsLimit,
        String stdin,
        List<String> args,
        Map<String, String> env,
        List<File> files,
        @Nullable String entrypoint,
        String isolation,
        List<Test> tests,
        boolean stopOnFailure,
        List<String> artifacts) {

    /** A file that the submission brings along. */
    record File(String path, String content, String encoding) {
        static File of(SourceFile file) {
            return new File(file.path(), Base64.getEncoder().encodeToString(file.content()), "base64");
        }
    }

    /** An input that the program is run with. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Test(String name, String stdin, List<String> args, @Nullable String expectedOutput, String match) {
        static Test of(TestCase test) {
            return new Test(test.name(), test.stdin(), test.args(), test.expectedOutput(), test.match().wire());
        }
    }

    static ExecuteBody of(ExecutionRequest request, String token, Duration abandonAfter) {
        Submission asked = request.submission();
        Limits limits = asked.limits();
        return new ExecuteBody(
                request.id().value(), request.attempt(), token, seconds(abandonAfter),
                asked.code().isEmpty() ? null : asked.code(), asked.language(), asked.engine(),
                seconds(limits.timeout()), seconds(limits.cpuTime()), limits.memoryBytes(), limits.cpuMillis() + "m",
                limits.diskBytes(), limits.outputBytes(), limits.pids(), asked.stdin(), asked.args(), asked.env(),
                asked.files().stream().map(File::of).toList(), asked.entrypoint(), asked.isolation().wire(),
                asked.tests().stream().map(Test::of).toList(), asked.stopOnFailure(), asked.artifacts());
    }

    private static double seconds(Duration time) {
        return time.toMillis() / 1000.0;
    }
}
