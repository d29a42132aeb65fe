package dev.crucible.storage;

import static dev.crucible.storage.EvaluationStoreContract.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.crucible.kernel.evaluation.OutputStreamName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileOutputStoreTest extends OutputStoreContract {
    @TempDir
    private Path folder;

    @Override
    OutputStore open() {
        return StorageModule.files(folder);
    }

    @Test
    void what_was_put_is_there_after_a_restart() throws IOException {
        String ref = StorageModule.files(folder)
                .put(id("e"), OutputStreamName.STDOUT, new ByteArrayInputStream(new byte[] {1, 2, 3}));

        OutputStore again = StorageModule.files(folder);

        assertThat(again.totalBytes()).isEqualTo(3);
        try (InputStream in = again.open(ref, 1)) {
            assertThat(in.readAllBytes()).containsExactly(2, 3);
        }
    }

    @Test
    void what_a_killed_process_left_half_written_is_removed() throws IOException {
        StorageModule.files(folder);
        Files.write(folder.resolve("drafts").resolve("output-1"), new byte[100]);

        OutputStore again = StorageModule.files(folder);

        assertThat(again.totalBytes()).isZero();
        try (Stream<Path> drafts = Files.list(folder.resolve("drafts"))) {
            assertThat(drafts).isEmpty();
        }
    }
}
