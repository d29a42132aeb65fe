package dev.crucible.executor.docker;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An image of a small Debian as a file that Docker loads, in a folder that goes away with it. */
record DebianImage(Path folder, Thread cleaner, Path tar) implements AutoCloseable {
    private static final String SCRIPT = "/images/debian-image.sh";

    static DebianImage make(String suite, String image, List<String> packages, Consumer<String> progress) throws IOException {
        Path folder = Files.createTempDirectory(Path.of("/var/tmp"), "crucible-image");
        Running running = new Running();
        Thread cleaner = new Thread(() -> {
            running.kill();
            delete(folder);
        }, "image-cleaner");
        Runtime.getRuntime().addShutdownHook(cleaner);
        DebianImage made = new DebianImage(folder, cleaner, folder.resolve("image.tar"));
        try {
            made.run(running, suite, image, packages, progress);
            return made;
        } catch (IOException | RuntimeException e) {
            running.kill();
            made.close();
            throw e;
        }
    }

    private void run(Running running, String suite, String image, List<String> packages, Consumer<String> progress)
            throws IOException {
        Path script = folder.resolve("debian-image.sh");
        try (InputStream packed = DebianImage.class.getResourceAsStream(SCRIPT)) {
            Files.copy(requireNonNull(packed, SCRIPT + " is missing from the jar"), script);
        }
        List<String> command = Stream.concat(
                Stream.of("bash", script.toString(), suite, folder.toString(), image), packages.stream()).toList();
        Process process = running.start(new ProcessBuilder(command).redirectErrorStream(true));
        process.getOutputStream().close();
        try (var said = process.inputReader()) {
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                progress.accept(line);
            }
        }
        try {
            if (process.waitFor() != 0) {
                throw new IOException("a step failed; what it said stands above");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("it was interrupted", e);
        }
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(cleaner);
        } catch (IllegalStateException e) {
            return; // the process is ending, and the cleaner is at work
        }
        delete(folder);
    }

    private static void delete(Path folder) {
        try {
            new ProcessBuilder("rm", "-rf", "--one-file-system", folder.toString()).start().waitFor();
        } catch (IOException e) {
            throw new PlatformException(ErrorCode.INTERNAL, folder + " could not be removed; remove it.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The script while it runs: who ends the process ends it too. */
    private static final class Running {
        private @Nullable Process process;
        private boolean killed;

        synchronized Process start(ProcessBuilder builder) throws IOException {
            if (killed) {
                throw new IOException("the process is ending");
            }
            process = builder.start();
            return process;
        }

        synchronized void kill() {
            killed = true;
            if (process != null) {
                // With the first of its processes all the others end, and every mount of theirs.
                process.destroyForcibly().onExit().join();
            }
        }
    }
}
