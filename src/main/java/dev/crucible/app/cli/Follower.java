package dev.crucible.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.kernel.EvaluationId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Passes on what an evaluation prints while it prints it, byte for byte. The live answer is text, so bytes that are not
 * UTF-8 are lost in it: from the first of them on, the stream comes from the raw output.
 */
final class Follower {
    private static final char REPLACEMENT = '\ufffd';
    private static final Duration EAGER = Duration.ofMillis(50);
    private static final Duration LAZY = Duration.ofMillis(400);

    private final CrucibleClient client;
    private final EvaluationId id;
    private final Stream stdout;
    private final Stream stderr;

    private static final class Stream {
        private final String name;
        private final OutputSink sink;
        private long written;

        Stream(String name, OutputSink sink) {
            this.name = name;
            this.sink = sink;
        }
    }

    Follower(CrucibleClient client, EvaluationId id, OutputSink stdout, OutputSink stderr) {
        this.client = client;
        this.id = id;
        this.stdout = new Stream("stdout", stdout);
        this.stderr = new Stream("stderr", stderr);
    }

    /** Returns when the evaluation has ended and everything it printed is written. */
    void follow() throws IOException {
        Duration pause = EAGER;
        while (true) {
            JsonNode logs = client.logs(id, stdout.written, stderr.written);
            boolean ended = Words.terminal(logs.path("status").asText());
            long before = stdout.written + stderr.written;
            pass(stdout, logs.path("output").asText(""));
            pass(stderr, logs.path("error").asText(""));
            if (ended) {
                copyRest(stdout);
                copyRest(stderr);
                stdout.sink.close();
                stderr.sink.close();
                return;
            }
            boolean news = stdout.written + stderr.written > before;
            pause = news ? EAGER : shorter(pause.multipliedBy(5).dividedBy(4), LAZY);
            CrucibleClient.pause(pause);
        }
    }

    /** Writes what has been printed so far, and returns. */
    void catchUp() throws IOException {
        long before;
        do {
            before = stdout.written + stderr.written;
            JsonNode logs = client.logs(id, stdout.written, stderr.written);
            pass(stdout, logs.path("output").asText(""));
            pass(stderr, logs.path("error").asText(""));
        } while (stdout.written + stderr.written > before);
        stdout.sink.close();
        stderr.sink.close();
    }

    private void pass(Stream stream, String text) throws IOException {
        int broken = text.indexOf(REPLACEMENT);
        String whole = broken < 0 ? text : text.substring(0, broken);
        byte[] bytes = whole.getBytes(StandardCharsets.UTF_8);
        stream.sink.write(bytes, 0, bytes.length);
        stream.written += bytes.length;
        // At the very end it may be half a character, which the next answer completes.
        if (broken >= 0 && broken < text.length() - 1) {
            copyRest(stream);
        }
        stream.sink.flush();
    }

    private void copyRest(Stream stream) {
        stream.written += client.copyOutput(id, stream.name, stream.written, stream.sink);
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
