package dev.crucible.storage;

import static dev.crucible.storage.EvaluationStoreContract.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.OutputStreamName;
import dev.crucible.platform.http.WireFormat;
import dev.crucible.storage.http.RemoteOutputStore;
import dev.crucible.testing.FakeStore;
import dev.crucible.testing.StorageHost;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The outputs of a storage service that keeps files. */
class RemoteOutputStoreTest extends OutputStoreContract {
    private static final int BLOCK = 1 << 20;

    @TempDir
    private Path folder;

    private StorageHost host;
    private RemoteOutputStore store;

    @Override
    OutputStore open() {
        host = new StorageHost(new FakeStore(), StorageModule.files(folder), null);
        store = new RemoteOutputStore(host.address(WireFormat.JSON));
        return store;
    }

    @AfterEach
    void closeService() {
        store.close();
        host.close();
    }

    @Test
    void what_is_longer_than_any_buffer_goes_both_ways() throws IOException {
        int blocks = 200;
        InputStream long200 = new SequenceInputStream(Collections.enumeration(IntStream.range(0, blocks)
                .mapToObj(i -> new ByteArrayInputStream(new byte[BLOCK])).collect(Collectors.toList())));

        String ref = store.put(id("e"), OutputStreamName.STDOUT, long200);

        try (InputStream in = store.open(ref, 0)) {
            assertThat(in.skip((long) blocks * BLOCK - 1)).isEqualTo((long) blocks * BLOCK - 1);
            assertThat(in.readAllBytes()).hasSize(1);
        }
    }

    @Test
    void an_output_that_breaks_off_on_its_way_back_is_not_taken_for_the_whole() throws IOException {
        try (StorageHost breaking = new StorageHost(new FakeStore(), new Breaking(), null);
                RemoteOutputStore remote = new RemoteOutputStore(breaking.address(WireFormat.JSON));
                InputStream in = remote.open("any", 0)) {
            assertThatThrownBy(in::readAllBytes).isInstanceOf(IOException.class);
        }
    }

    @Test
    void a_service_that_is_away_is_said_to_be_and_the_content_is_not_sent_by_halves() throws IOException {
        store.totalBytes();
        host.stop();

        EvaluationStoreContract.assertCode(ErrorCode.STORAGE_UNAVAILABLE,
                () -> store.put(id("e"), OutputStreamName.STDOUT, new ByteArrayInputStream(new byte[BLOCK])));

        host.startAgain();
        try (var files = Files.walk(folder)) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        }
    }

    /** Outputs on a disk that fails. */
    private static final class Breaking implements OutputStore {
        @Override
        public String put(EvaluationId id, OutputStreamName stream, InputStream content) {
            throw new PlatformException(ErrorCode.STORAGE_UNAVAILABLE, "broken");
        }

        @Override
        public String putArtifact(EvaluationId id, String path, InputStream content) {
            throw new PlatformException(ErrorCode.STORAGE_UNAVAILABLE, "broken");
        }

        @Override
        public InputStream open(String ref, long from) {
            return new InputStream() {
                private int blocks;

                @Override
                public int read() {
                    throw new UnsupportedOperationException("read in blocks");
                }

                @Override
                public int read(byte[] block, int offset, int length) throws IOException {
                    if (blocks++ > 20) {
                        throw new IOException("the disk is broken");
                    }
                    return length;
                }
            };
        }

        @Override
        public long totalBytes() {
            return 0;
        }
    }
}
