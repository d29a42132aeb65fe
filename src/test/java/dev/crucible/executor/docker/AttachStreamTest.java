package dev.crucible.executor.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class AttachStreamTest {
    private static final String UPGRADED = "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
    private static final int STDOUT = 1;
    private static final int STDERR = 2;

    @TempDir
    private Path folder;

    private ServerSocketChannel server;
    private DockerAddress address;

    @BeforeEach
    void listen() throws IOException {
        Path socket = folder.resolve("docker.sock");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket));
        address = new DockerAddress(socket);
    }

    @AfterEach
    void stopListening() throws IOException {
        server.close();
    }

    @Test
    void only_standard_output_comes_through_and_frames_may_arrive_in_any_pieces() throws Exception {
        byte[] answer = concat(
                ascii(UPGRADED), frame(STDOUT, "one "), frame(STDERR, "a complaint"), frame(STDOUT, ""),
                frame(STDOUT, "two"));
        CompletableFuture<String> request = answerByteByByte(answer);

        try (AttachStream stream = AttachStream.open(address, "abc")) {
            assertThat(stream.output().readAllBytes()).asString().isEqualTo("one two");
        }
        assertThat(request.get(10, TimeUnit.SECONDS))
                .startsWith("POST /containers/abc/attach?stream=1&stdin=1&stdout=1&stderr=1 HTTP/1.1\r\n")
                .contains("Upgrade: tcp\r\n");
    }

    @Test
    void a_refusal_says_what_the_engine_said() {
        answerByteByByte(ascii("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));

        assertThatIOException().isThrownBy(() -> AttachStream.open(address, "abc")).withMessageContaining("404 Not Found");
    }

    @Test
    void an_answer_without_an_end_is_not_read_for_ever() {
        answerByteByByte(ascii("HTTP/1.1 101 UPGRADED\r\nX: " + "x".repeat(20_000)));

        assertThatIOException().isThrownBy(() -> AttachStream.open(address, "abc")).withMessageContaining("no end");
    }

    @Test
    void a_frame_of_an_unknown_stream_is_an_error() throws Exception {
        answerByteByByte(concat(ascii(UPGRADED), frame(9, "?")));

        try (AttachStream stream = AttachStream.open(address, "abc")) {
            assertThatIOException().isThrownBy(() -> stream.output().read()).withMessageContaining("unknown stream 9");
        }
    }

    @Test
    void a_length_beyond_two_gigabytes_is_no_reason_to_allocate_it() throws Exception {
        byte[] header = {STDOUT, 0, 0, 0, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff};
        answerByteByByte(concat(ascii(UPGRADED), header, ascii("some")));

        try (AttachStream stream = AttachStream.open(address, "abc")) {
            assertThat(stream.output().readAllBytes()).asString().isEqualTo("some");
        }
    }

    @Test
    void a_waiting_reader_keeps_no_writer_out_and_the_end_of_input_leaves_output_open() throws Exception {
        CompletableFuture<byte[]> received = CompletableFuture.supplyAsync(() -> {
            try (SocketChannel peer = server.accept()) {
                readHead(peer);
                write(peer, ascii(UPGRADED));
                byte[] all = readToEnd(peer);
                write(peer, frame(STDOUT, "after the end of input"));
                return all;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });

        try (AttachStream stream = AttachStream.open(address, "abc")) {
            CompletableFuture<byte[]> read = CompletableFuture.supplyAsync(() -> {
                try {
                    return stream.output().readAllBytes();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            stream.input().write(ascii("hello"));
            stream.input().close();

            assertThat(received.get(10, TimeUnit.SECONDS)).asString().isEqualTo("hello");
            assertThat(read.get(10, TimeUnit.SECONDS)).asString().isEqualTo("after the end of input");
        }
    }

    private CompletableFuture<String> answerByteByByte(byte[] answer) {
        return CompletableFuture.supplyAsync(() -> {
            try (SocketChannel peer = server.accept()) {
                String head = readHead(peer);
                for (byte one : answer) {
                    write(peer, new byte[] {one});
                }
                return head;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static String readHead(SocketChannel peer) throws IOException {
        StringBuilder head = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (head.indexOf("\r\n\r\n") < 0 && peer.read(one.clear()) > 0) {
            head.append((char) one.get(0));
        }
        return head.toString();
    }

    private static byte[] readToEnd(SocketChannel peer) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer some = ByteBuffer.allocate(100);
        while (peer.read(some.clear()) > 0) {
            all.write(some.array(), 0, some.position());
        }
        return all.toByteArray();
    }

    private static void write(SocketChannel peer, byte[] bytes) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
            peer.write(left);
        }
    }

    private static byte[] frame(int stream, String text) {
        byte[] payload = ascii(text);
        return ByteBuffer.allocate(8 + payload.length)
                .put((byte) stream).put(new byte[3]).putInt(payload.length).put(payload).array();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
