package dev.crucible.executor;

import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Outcome.Usage;
import dev.crucible.kernel.evaluation.OutputStreamName;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.kernel.evaluation.SourceFile;
import dev.crucible.kernel.evaluation.TestCase;
import dev.crucible.kernel.evaluation.TestOutcome;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One execution, from its acceptance to its release: the compile step if its language has one, then the one run or those
 * of its tests. One thread runs {@link #run()}; any thread may watch and stop it.
 */
final class GuestSession implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(GuestSession.class);
    /** How long a box may take to start a program once it is there. */
    private static final Duration START_PATIENCE = Duration.ofSeconds(60);

    private final ExecutionRequest request;
    private final Engine engine;
    private final EngineStatus status;
    private final Language language;
    private final Transcript transcript;
    private final Leash leash;
    private final Patience patience;
    private final Keep compiled;
    private final long accepted = System.nanoTime();

    // What the session's own thread has seen.
    private GuestProgram program;
    private byte[] compileOutput = new byte[0];
    private @Nullable Box left;
    private boolean reported;

    GuestSession(
            ExecutionRequest request,
            Engine engine,
            EngineStatus status,
            Language language,
            Transcript transcript,
            Backstop backstop,
            Patience patience,
            Keep compiled) {
        this.request = request;
        this.engine = engine;
        this.status = status;
        this.language = language;
        this.program = GuestProgram.of(request.id(), request.submission(), language);
        this.transcript = transcript;
        this.leash = new Leash(backstop, patience);
        this.patience = patience;
        this.compiled = compiled;
    }

    /** Runs the program to its result. Its sandbox stays until {@link #leave}. */
    @Override
    public void run() {
        try {
            if (leash.stopped()) {
                end(Verdict.cancelled(), Usage.NONE);
            } else if (program.filePages() * GuestProgram.PAGE > limits().diskBytes()) {
                end(Verdict.tooLargeForDisk(limits()), Usage.NONE);
            } else if (language.compile().isEmpty() || compile()) {
                runProgram();
            }
        } catch (PlatformException e) {
            LOG.atWarn().addKeyValue("eval_id", request.id()).addKeyValue("engine", engine.name())
                    .log("The sandbox could not be made, so this attempt is lost: {}", e.getMessage());
            end(lost(e.getMessage()), Usage.NONE);
        } catch (IOException | RuntimeException e) {
            LOG.atError().setCause(e).addKeyValue("eval_id", request.id()).log("An execution broke, so this attempt is lost");
            end(lost("The executor failed: " + e), Usage.NONE);
        }
    }

    /** Gives the sandbox back or destroys it, once {@link #run} is over. */
    void leave() {
        Box box = left;
        left = null;
        if (box != null && reported) {
            box.release();
        } else if (box != null) {
            box.close();
        }
    }

    /** False when it has ended already. */
    boolean stop(StopMode mode) {
        return leash.stop(mode);
    }

    Progress progress(long afterStdout, long afterStderr, Duration wait) {
        return transcript.progress(afterStdout, afterStderr, wait);
    }

    /** Stops it if it runs, and drops its output. */
    void release() {
        stop(StopMode.KILL);
        transcript.release();
    }

    RunningExecution view() {
        return new RunningExecution(request.id(), request.attempt(), engine.name(), transcript.phase());
    }

    /** A name that no other attempt has. */
    static String boxName(ExecutionRequest request) {
        return request.id() + "-" + request.attempt();
    }

    /** The compile step in a box of its own. False when it failed, and then the execution has ended. */
    private boolean compile() {
        GuestProgram step = GuestProgram.compile(request.id(), request.submission(), language, compiled);
        CompileOutput output = new CompileOutput();
        GuestRun.Ran ran = run(open(step.limits(), "-compile"), step, false, output);
        compileOutput = output.bytes();
        Verdict verdict = ran.verdict();
        boolean done = verdict.reason() == Reason.OK;
        boolean ours = verdict.reason() == Reason.SANDBOX_ERROR || leash.stopped();
        if (done && ran.leftOut() > 0) {
            end(Verdict.notCarried(compiled, ran.leftOut()), Usage.NONE);
            return false;
        }
        if (!done) {
            end(ours ? verdict : Verdict.notCompiled(verdict), ours ? ran.usage() : Usage.NONE);
            return false;
        }
        leave();
        program = program.from(ran.kept());
        if (program.filePages() * GuestProgram.PAGE > limits().diskBytes()) {
            end(Verdict.compiledTooLargeForDisk(limits()), Usage.NONE);
            return false;
        }
        return true;
    }

    private void runProgram() throws IOException {
        if (request.submission().tests().isEmpty()) {
            GuestRun.Ran ran = run(open(limits(), ""), program, false, transcript);
            end(ran.verdict(), ran);
        } else {
            TestSeries.Ended ended = new TestSeries(request.submission(), transcript).run(this::runTest);
            end(ended.verdict(), ended.usage(), null, null, null, List.of(), ended.tests());
        }
    }

    private Box open(Limits limits, String suffix) {
        Box box = engine.open(new BoxSpec(boxName(request) + suffix, language, limits, request.submission().isolation()));
        left = box;
        reported = true;
        return box;
    }

    private GuestRun.Ran run(Box box, GuestProgram what, boolean again, GuestRun.Sink sink) {
        long asked = again ? System.nanoTime() : accepted;
        GuestRun.Ran ran = new GuestRun(box, what, sink, leash, patience.of(START_PATIENCE)).run(language, again, asked);
        reported = ran.reported();
        return ran;
    }

    /** A run of one test, in the box of the one before while that is as it was. */
    private GuestRun.Ran runTest(TestCase test, GuestRun.Sink sink) {
        Box box = left;
        boolean again = box != null && reported && box.awaitNext();
        if (box == null || !again) {
            reported = false;
            leave();
            box = open(limits(), "-" + test.name().hashCode());
        }
        return run(box, program.with(test), again, sink);
    }

    private Verdict lost(@Nullable String why) {
        return leash.stopped() ? Verdict.cancelled() : new Verdict(Reason.SANDBOX_ERROR, String.valueOf(why));
    }

    private void end(Verdict verdict, Usage usage) {
        end(verdict, usage, null, null, null, List.of(), List.of());
    }

    private void end(Verdict verdict, GuestRun.Ran ran) {
        ExitReport exit = ran.seen().exit();
        List<SourceFile> artifacts = ran.kept().stream().map(file -> new SourceFile(file.path(), file.content())).toList();
        StructuredResult result = StructuredResult.of(ran.result());
        end(verdict.adding(Keep.leftOut(ran.leftOut())).adding(result.refusal()), ran.usage(),
                exit == null ? null : exit.exitCode(), exit == null ? null : exit.signal(), result.json(), artifacts, List.of());
    }

    private void end(
            Verdict verdict,
            Usage usage,
            @Nullable Integer exitCode,
            @Nullable Integer signal,
            @Nullable String result,
            List<SourceFile> artifacts,
            List<TestOutcome> tests) {
        boolean late = leash.end() && verdict.reason() != Reason.KILLED && verdict.reason() != Reason.CANCELLED;
        Verdict told = late ? Verdict.killed(usage) : verdict;
        Transcript.Extent stdout = transcript.extent(OutputStreamName.STDOUT);
        Transcript.Extent stderr = transcript.extent(OutputStreamName.STDERR);
        EngineStatus.LanguageStatus spoken = status.languages().get(language.name());
        transcript.end(new RunResult(
                told.reason(), told.detail(), exitCode, signal, usage, stdout.size(), stdout.truncated(), stderr.size(),
                stderr.truncated(), compileOutput, status.version(), spoken == null ? null : spoken.version(),
                told.evidence(), result, artifacts, tests));
    }

    private Limits limits() {
        return request.submission().limits();
    }
}
