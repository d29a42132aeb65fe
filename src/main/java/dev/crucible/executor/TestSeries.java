package dev.crucible.executor;

import dev.crucible.kernel.evaluation.Outcome.Usage;
import dev.crucible.kernel.evaluation.OutputStreamName;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.kernel.evaluation.TestCase;
import dev.crucible.kernel.evaluation.TestOutcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tests of a submission, one run after the other. */
final class TestSeries {
    private final Submission submission;
    private final Transcript transcript;

    TestSeries(Submission submission, Transcript transcript) {
        this.submission = submission;
        this.transcript = transcript;
    }

    /** Runs the program with one test's input. */
    interface Runner {
        GuestRun.Ran run(TestCase test, GuestRun.Sink output);
    }

    /** How they ended: the verdict over all is that of the first run that did not end well by itself. */
    record Ended(Verdict verdict, Usage usage, List<TestOutcome> tests) {}

    Ended run(Runner runner) throws IOException {
        List<TestOutcome> outcomes = new ArrayList<>();
        Usage sum = Usage.NONE;
        @Nullable Verdict first = null;
        for (TestCase test : submission.tests()) {
            try (Output output = new Output()) {
                GuestRun.Ran ran = runner.run(test, output);
                Verdict verdict = ran.verdict();
                sum = sum(sum, ran.usage());
                if (verdict.reason() == Reason.SANDBOX_ERROR || ran.seen().stopped()) {
                    return new Ended(verdict, sum, outcomes);
                }
                TestOutcome outcome = outcome(test, ran, verdict, output);
                outcomes.add(outcome);
                first = first == null && verdict.reason() != Reason.OK ? verdict : first;
                if (!outcome.passed() && submission.stopOnFailure()) {
                    break;
                }
            }
        }
        return new Ended(verdict(first, outcomes), sum, outcomes);
    }

    private Verdict verdict(@Nullable Verdict first, List<TestOutcome> outcomes) {
        String passed = outcomes.stream().filter(TestOutcome::passed).count() + " of " + submission.tests().size()
                + " tests passed.";
        return first == null
                ? new Verdict(Reason.OK, passed)
                : new Verdict(first.reason(), passed + " The first that failed to end well: " + first.detail(), first.evidence());
    }

    private TestOutcome outcome(TestCase test, GuestRun.Ran ran, Verdict verdict, Output output) throws IOException {
        ExitReport exit = ran.seen().exit();
        boolean passed = verdict.reason() == Reason.OK && output.matches(test);
        return new TestOutcome(
                test.name(), verdict.reason(), passed,
                verdict.reason() == Reason.OK && !passed ? "It ended well and wrote something else than was expected." : verdict.detail(),
                exit == null ? null : exit.exitCode(), exit == null ? null : exit.signal(), ran.usage(),
                output.stdout.read(0, TestOutcome.KEPT_BYTES), output.stdout.size(),
                output.stderr.read(0, TestOutcome.KEPT_BYTES), output.stderr.size());
    }

    /** Time adds up, memory is that of the largest, and the start-up is that of the first. */
    private static Usage sum(Usage before, Usage next) {
        boolean firstOne = before == Usage.NONE;
        return new Usage(
                before.wallMillis() + next.wallMillis(),
                next.cpuMillis() == null ? before.cpuMillis()
                        : Long.valueOf((before.cpuMillis() == null ? 0 : before.cpuMillis()) + next.cpuMillis()),
                next.peakMemoryBytes() == null ? before.peakMemoryBytes()
                        : Long.valueOf(Math.max(before.peakMemoryBytes() == null ? 0 : before.peakMemoryBytes(), next.peakMemoryBytes())),
                firstOne ? next.startupMillis() : before.startupMillis());
    }

    private final class Output implements GuestRun.Sink, AutoCloseable {
        private final OutputSpool stdout = new OutputSpool(transcript.beside("test.stdout"), submission.limits().outputBytes());
        private final OutputSpool stderr = new OutputSpool(transcript.beside("test.stderr"), submission.limits().outputBytes());

        @Override
        public boolean append(OutputStreamName stream, byte[] bytes) throws IOException {
            return (stream == OutputStreamName.STDOUT ? stdout : stderr).append(bytes);
        }

        @Override
        public void running() {
            transcript.running();
        }

        boolean matches(TestCase test) throws IOException {
            return test.expectedOutput() == null
                    || OutputMatch.matches(test.match(), test.expectedOutput(), stdout.read(0, Math.toIntExact(stdout.size())));
        }

        @Override
        public void close() throws IOException {
            stdout.close();
            stderr.close();
        }
    }
}
