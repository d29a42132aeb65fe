package dev.crucible.e2e;

import dev.crucible.app.Crucible;
import dev.crucible.app.CrucibleConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One whole server for all tests of this JVM that only need to talk to one: real database, real sandbox. */
final class SharedServer {
    private static @Nullable Crucible server;

    private SharedServer() {}

    static synchronized Crucible get() {
        if (server == null) {
            Crucible started = Crucible.start(CrucibleConfig.of(Map.of(
                    "CRUCIBLE_HOME", folder().toString(), "PORT", "0", "DEFAULT_ENGINE", "sandbox", "WORKERS", "4")));
            Runtime.getRuntime().addShutdownHook(new Thread(started::close, "shared-server-stop"));
            server = started;
        }
        return server;
    }

    static Api api() {
        return new Api(get().uri());
    }

    private static Path folder() {
        try {
            Files.createDirectories(Path.of("target"));
            Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "shared-server-");
            ServerProcess.letPass(folder);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
