package dev.crucible.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A program that runs beside the bench, with whatever it starts itself. */
final class Daemon {
    private static final long PATIENCE_SECONDS = 15;
    private static final int LAST_WORDS = 2000;

    private final Process process;
    private final Path log;

    private Daemon(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    static Daemon start(List<String> command, Map<String, String> environment, Path folder, Path log)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        return new Daemon(builder.start(), log);
    }

    long pid() {
        return process.pid();
    }

    /** Waits until {@code ready} answers true. */
    void await(Ready ready, int seconds) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!ready.yes()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new IOException(
                        process.info().commandLine().orElse("a program") + " did not get ready: " + lastWords());
            }
            Thread.sleep(20);
        }
    }

    /** Whether it can be used. */
    @FunctionalInterface
    interface Ready {
        boolean yes() throws Exception;
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    private String lastWords() throws IOException {
        String text = log().strip();
        return text.substring(Math.max(0, text.length() - LAST_WORDS));
    }

    /** Asks it to end, and ends it when it does not. */
    void stop() {
        process.destroy();
        try {
            process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        kill();
    }

    /** Ends all its processes at once, as a machine that goes down does. */
    void kill() {
        List<ProcessHandle> all = Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(one -> one.onExit().join());
    }
}
