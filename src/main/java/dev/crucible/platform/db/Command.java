package dev.crucible.platform.db;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program of PostgreSQL that ends by itself. */
final class Command {
    private Command() {}

    /**
     * Runs {@code line} to its end.
     *
     * @param folder where it runs
     * @param input what it reads from standard input
     * @throws PlatformException {@code STORAGE_UNAVAILABLE} with what it printed, if it fails or takes longer
     */
    static void run(List<String> line, Path folder, String input, Duration limit) throws IOException {
        Path printed = Files.createTempFile("crucible-postgres-", ".txt");
        Path read = Files.createTempFile("crucible-postgres-", ".sql");
        try {
            Files.writeString(read, input);
            Process process = environment(new ProcessBuilder(line).directory(folder.toFile()))
                    .redirectErrorStream(true)
                    .redirectInput(read.toFile())
                    .redirectOutput(printed.toFile())
                    .start();
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw failed(line, "did not end within " + limit.toSeconds() + " s", printed);
            }
            if (process.exitValue() != 0) {
                throw failed(line, "failed with exit code " + process.exitValue(), printed);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PlatformException(ErrorCode.STOPPING, "The start was interrupted", e);
        } finally {
            Files.deleteIfExists(printed);
            Files.deleteIfExists(read);
        }
    }

    /** PGDATA, PGOPTIONS and their like would change what we start, and our own secrets are none of its business. */
    static ProcessBuilder environment(ProcessBuilder builder) {
        String path = System.getenv("PATH");
        builder.environment().clear();
        builder.environment().put("PATH", path == null ? "/usr/bin:/bin" : path);
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("TZ", "UTC");
        return builder;
    }

    private static PlatformException failed(List<String> line, String how, Path printed) throws IOException {
        String program = line.stream().filter(word -> word.contains("/bin/")).reduce((a, b) -> b).orElse(line.get(0));
        return new PlatformException(
                ErrorCode.STORAGE_UNAVAILABLE,
                "The embedded PostgreSQL could not be set up: " + Path.of(program).getFileName() + " " + how
                        + ". It printed:\n" + LogTail.of(printed)
                        + "\nFix what it names, or set DATABASE_URL to a PostgreSQL server");
    }
}
