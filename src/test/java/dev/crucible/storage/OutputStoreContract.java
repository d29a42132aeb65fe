package dev.crucible.storage;

import static dev.crucible.storage.EvaluationStoreContract.assertCode;
import static dev.crucible.storage.EvaluationStoreContract.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.OutputStreamName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every store of outputs promises. */
abstract class OutputStoreContract {
    private static final byte[] BYTES = new byte[3 << 20];

    static {
        new Random(1).nextBytes(BYTES);
    }

    private OutputStore store;

    /** A new, empty store. */
    abstract OutputStore open();

    @BeforeEach
    void openStore() {
        store = open();
    }

    @Test
    void what_was_put_is_read_whole_and_from_any_byte_on() throws IOException {
        String ref = put(BYTES);

        assertThat(read(ref, 0)).isEqualTo(BYTES);
        assertThat(read(ref, BYTES.length - 3)).hasSize(3).containsExactly(
                BYTES[BYTES.length - 3], BYTES[BYTES.length - 2], BYTES[BYTES.length - 1]);
        assertThat(read(ref, BYTES.length)).isEmpty();
        assertThat(read(ref, BYTES.length + 10L)).isEmpty();
    }

    @Test
    void nothing_at_all_can_be_kept() throws IOException {
        assertThat(read(put(new byte[0]), 0)).isEmpty();
    }

    @Test
    void the_same_bytes_are_kept_once() {
        String first = put(BYTES);
        long bytes = store.totalBytes();
        String second = store.put(id("another"), OutputStreamName.STDERR, new ByteArrayInputStream(BYTES));

        assertThat(second).isEqualTo(first);
        assertThat(store.totalBytes()).isEqualTo(bytes).isEqualTo(BYTES.length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"out/a.csv", "../../../etc/passwd", "/etc/passwd", "drafts/x", "a\nb", ""})
    void an_artifact_is_kept_by_its_content_whatever_its_path(String path) throws IOException {
        String ref = store.putArtifact(id("e"), path, new ByteArrayInputStream(BYTES));

        assertThat(read(ref, BYTES.length - 1L)).containsExactly(BYTES[BYTES.length - 1]);
        assertThat(put(BYTES)).isEqualTo(ref);
        assertThat(store.totalBytes()).isEqualTo(BYTES.length);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "sha256-", "../../etc/passwd", "sha256-../../../../../../../../../../../../../../../../../../etc/passwd",
        "/etc/passwd", "sha256-00000000000000000000000000000000000000000000000000000000000000000", "drafts",
        "SHA256-0000000000000000000000000000000000000000000000000000000000000000",
        "sha256-000000000000000000000000000000000000000000000000000000000000000g",
        "sha256-0000000000000000000000000000000000000000000000000000000000000000",
        "sha256-0000000000000000000000000000000000000000000000000000000000000000\n"
    })
    void a_ref_that_nobody_was_given_is_not_found(String ref) {
        assertCode(ErrorCode.NOT_FOUND, () -> store.open(ref, 0));
    }

    @Test
    void a_stream_that_breaks_leaves_nothing() {
        InputStream breaks = new InputStream() {
            private boolean begun;

            @Override
            public int read() {
                throw new UnsupportedOperationException("read in blocks");
            }

            @Override
            public int read(byte[] block, int offset, int length) throws IOException {
                if (begun) {
                    throw new IOException("broken");
                }
                begun = true;
                return length;
            }
        };

        assertThatThrownBy(() -> store.put(id("e"), OutputStreamName.STDOUT, breaks))
                .isInstanceOf(PlatformException.class);
        assertThat(store.totalBytes()).isZero();
    }

    private String put(byte[] bytes) {
        return store.put(id("e"), OutputStreamName.STDOUT, new ByteArrayInputStream(bytes));
    }

    private byte[] read(String ref, long from) throws IOException {
        try (InputStream in = store.open(ref, from)) {
            return in.readAllBytes();
        }
    }
}
