package dev.crucible.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.db.FolderLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
    @TempDir
    Path folder;

    @Test
    void a_folder_that_sandboxes_could_read_is_refused() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("/usr/share"));

        assertThatThrownBy(() -> DataFolder.prepare(link))
                .isInstanceOf(PlatformException.class).hasMessageContaining("sandboxes could read it");
    }

    @Test
    void the_name_of_a_folders_server_stays_the_same() {
        DataFolder.prepare(folder);

        assertThat(DataFolder.instance(folder)).matches("[0-9a-f]{12}").isEqualTo(DataFolder.instance(folder));
    }

    @Test
    void a_folder_is_one_servers_at_a_time() throws IOException {
        try (FolderLock first = DataFolder.lock(folder)) {
            assertThatThrownBy(() -> DataFolder.lock(folder))
                    .isInstanceOf(PlatformException.class).hasMessageContaining("in use");
            assertThat(first).isNotNull();
        }
        DataFolder.lock(folder).close();
    }
}
