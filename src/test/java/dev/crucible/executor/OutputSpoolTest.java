package dev.crucible.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputSpoolTest {
    @TempDir
    Path folder;

    @Test
    void it_grows_from_memory_into_a_file_that_goes_when_it_is_closed() throws IOException {
        Path file = folder.resolve("spool");
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        try (OutputSpool spool = new OutputSpool(file, Long.MAX_VALUE)) {
            for (int i = 0; i < 300; i++) {
                byte[] piece = new byte[997];
                Arrays.fill(piece, (byte) i);
                assertThat(spool.append(piece)).isTrue();
                expected.writeBytes(piece);
                assertThat(Files.exists(file)).isEqualTo(expected.size() > OutputSpool.MEMORY_BYTES);
            }
            assertThat(spool.size()).isEqualTo(expected.size());
            assertThat(spool.read(0, 1 << 20)).isEqualTo(expected.toByteArray());
            assertThat(spool.read(65_000, 1000)).isEqualTo(Arrays.copyOfRange(expected.toByteArray(), 65_000, 66_000));
            assertThat(spool.read(expected.size(), 10)).isEmpty();
            assertThat(spool.read(Long.MAX_VALUE, 10)).isEmpty();
            assertThat(spool.read(-1, 10)).isEmpty();
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void exactly_the_cap_is_kept() throws IOException {
        try (OutputSpool spool = new OutputSpool(folder.resolve("spool"), 10)) {
            assertThat(spool.append("1234567".getBytes())).isTrue();
            assertThat(spool.append("890".getBytes())).isTrue();
            assertThat(spool.truncated()).isFalse();
            assertThat(spool.append("x".getBytes())).isFalse();
            assertThat(spool.truncated()).isTrue();
            assertThat(spool.read(0, 100)).isEqualTo("1234567890".getBytes());
        }
    }
}
