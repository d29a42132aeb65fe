package dev.crucible.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.kernel.EvaluationId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Shows one evaluation: its output where a program's output belongs, and what is said about it on standard error. */
final class Viewer {
    /** The longest time, in seconds, that the server holds an answer. */
    static final int LONGEST_HOLD = 60;

    private static final Duration EAGER = Duration.ofMillis(100);
    private static final Duration LAZY = Duration.ofSeconds(1);

    private final Shell shell;
    private final CrucibleClient client;
    private final boolean quiet;
    private final OutputSink stdout;
    private final OutputSink stderr;

    /**
     * @param raw whether a terminal gets a guest's bytes as they are
     * @param quiet whether nothing is said about the evaluation
     */
    Viewer(Shell shell, CrucibleClient client, boolean raw, boolean quiet) {
        this.shell = shell;
        this.client = client;
        this.quiet = quiet;
        stdout = new OutputSink(shell.out(), shell.outIsTerminal() && !raw);
        stderr = new OutputSink(shell.err(), shell.errIsTerminal() && !raw);
    }

    CrucibleClient client() {
        return client;
    }

    /** Prints output live until the end. An interrupt leaves the evaluation running and says how to stop it. */
    JsonNode follow(EvaluationId id) throws IOException {
        Thread detached = new Thread(() -> shell.err().println(
                "\nNo longer watching " + id + "; it goes on. Watch it again with: " + shell.program() + " logs -f " + id
                        + "   Stop it with: " + shell.program() + " cancel " + id));
        Runtime.getRuntime().addShutdownHook(detached);
        try {
            new Follower(client, id, stdout, stderr).follow();
            return client.evaluation(id);
        } finally {
            forget(detached);
        }
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException stoppingAlready) {
            // The hook has said, or is saying, that nobody watches any more: which is so.
            Thread.yield();
        }
    }

    /** Waits for the end. @param answer what the server said to the submission */
    JsonNode await(EvaluationId id, JsonNode answer) {
        JsonNode record = answer;
        Duration pause = EAGER;
        while (!Words.terminal(record.path("status").asText())) {
            CrucibleClient.pause(pause);
            pause = pause.compareTo(LAZY) < 0 ? pause.multipliedBy(2) : LAZY;
            record = client.evaluation(id);
        }
        return record;
    }

    /** Prints everything that an evaluation printed so far. */
    void printOutput(EvaluationId id, JsonNode record) throws IOException {
        printStream(id, record, "stdout", "output", stdout);
        printStream(id, record, "stderr", "error", stderr);
    }

    void printStream(EvaluationId id, JsonNode record, String stream, String field, OutputSink sink)
            throws IOException {
        String text = record.path(field).asText("");
        boolean whole = record.path("output_inline_complete").asBoolean(false) && text.indexOf('\ufffd') < 0;
        if (whole) {
            sink.write(text.getBytes(StandardCharsets.UTF_8));
        } else {
            client.copyOutput(id, stream, 0, sink);
        }
        sink.close();
    }

    OutputSink stdout() {
        return stdout;
    }

    OutputSink stderr() {
        return stderr;
    }

    /** One line on standard error: how it ended, why, and what it used. */
    void sayOutcome(JsonNode record) {
        if (quiet) {
            return;
        }
        if (stderr.midLine() || (shell.outIsTerminal() && stdout.midLine())) {
            shell.err().println();
        }
        Ink ink = shell.errInk();
        String status = record.path("status").asText();
        String usage = Words.usage(record);
        shell.err().println(Words.inked(ink, status, VisibleText.line(Words.status(status))) + ": "
                + VisibleText.line(Words.reason(record)) + (usage.isEmpty() ? "" : ink.faint(" · " + usage))
                + (truncated(record) ? "\n  output was cut at its limit" : ""));
        if (Leavings.hasTests(record)) {
            shell.err().println("  tests: " + Leavings.tests(record));
            Leavings.failures(record).forEach(failure -> shell.err().println("  " + VisibleText.line(failure)));
        }
        String artifacts = Leavings.artifacts(record);
        if (!artifacts.isEmpty()) {
            shell.err().println("  artifacts: " + VisibleText.line(artifacts));
        }
    }

    private static boolean truncated(JsonNode record) {
        return record.path("output_truncated").asBoolean() || record.path("error_truncated").asBoolean();
    }

    /** 0 when it succeeded, every test of it included. */
    static int exitCode(JsonNode record) {
        return record.path("success").asBoolean() && Leavings.allPassed(record) ? ExitCode.OK : ExitCode.NEGATIVE;
    }

    /** The guest's own exit code, as a shell would have it. */
    static int guestExitCode(JsonNode record) {
        if (record.path("status").asText().equals("timeout")) {
            return ExitCode.GUEST_TIMEOUT;
        }
        if (record.path("exit_code").isInt()) {
            return record.path("exit_code").asInt();
        }
        return record.path("signal").isInt()
                ? ExitCode.GUEST_SIGNAL + record.path("signal").asInt()
                : ExitCode.GUEST_STOPPED;
    }
}
