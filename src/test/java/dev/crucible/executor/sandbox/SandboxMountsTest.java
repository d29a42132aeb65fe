package dev.crucible.executor.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crucible.executor.BoxProbe;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.ImagePull;
import dev.crucible.executor.Language;
import dev.crucible.executor.Languages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/** What of this host a box shows beside the runtime. */
class SandboxMountsTest {
    @TempDir
    private Path own;

    /** Not below /tmp, where a box has a folder of its own. */
    @TempDir(factory = BelowVarTmp.class)
    private Path folder;

    static final class BelowVarTmp implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
            return Files.createTempDirectory(Path.of("/var/tmp"), "crucible-mounts");
        }
    }

    @Test
    void a_mount_is_shown_read_only_and_what_is_not_there_or_not_mounted_is_not() throws IOException {
        Path shown = Files.createDirectory(folder.resolve("shown"));
        Files.writeString(shown.resolve("data"), "for all");
        for (Path each = shown; each.startsWith(folder); each = each.getParent()) {
            Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxrwxrwx"));
        }
        ExecutorConfig config = new ExecutorConfig(
                own, 2, null, "mounts" + ProcessHandle.current().pid(),
                List.of(shown, folder.resolve("absent")), ImagePull.NEVER, true);
        Language look = new Language(
                "look", "Look", List.of(), "main.sh", List.of(), List.of("sh", "{file}"),
                List.of("sh", "-c", "cat " + shown + "/data; echo; echo x >" + shown + "/new || echo read-only; ls " + folder),
                null, Map.of(), "", false);

        try (SandboxEngine engine = new SandboxEngine(config, Languages.load())) {
            String output = BoxProbe.run(engine, "look", look).output();

            assertThat(output).contains("for all\n", "read-only\n").endsWith("shown\n");
        }
        assertThat(shown.resolve("new")).doesNotExist();
    }
}
