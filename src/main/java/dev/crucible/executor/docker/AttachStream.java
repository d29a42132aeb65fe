package dev.crucible.executor.docker;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The standard streams of a container over one connection to the Docker engine. Written by hand because the library's
 * attach never lets standard input end. One thread may read while another writes.
 *
 * <p>Docker multiplexes: each frame has eight bytes of header, the stream's number in the first and the length in the
 * last four. What the container's main process says on standard error goes to our log: it is the supervisor, not the
 * guest.
 */
final class AttachStream implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AttachStream.class);
    private static final int MAX_ANSWER_HEAD = 8 << 10;
    private static final int FRAME_HEADER = 8;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    /** More than the supervisor ever has to say; the rest is dropped. */
    private static final int MAX_LOGGED = 4 << 10;

    private final SocketChannel channel;
    private final String containerId;
    private final ByteBuffer received = ByteBuffer.allocate(64 << 10).flip();
    private final InputStream output = new Output();
    private final OutputStream input = new Input();
    private long frameLeft;
    private int frameStream;
    private int logged;

    private AttachStream(SocketChannel channel, String containerId) {
        this.channel = channel;
        this.containerId = containerId;
    }

    /** Attaches to a container that was created and not started yet, so that nothing of its output is missed. */
    static AttachStream open(DockerAddress engine, String containerId) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(engine.socket()));
            AttachStream stream = new AttachStream(channel, containerId);
            stream.upgrade();
            return stream;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** To the container's standard input; closing it is the end of that input and of nothing else. */
    OutputStream input() {
        return input;
    }

    /** Waits for the container's first words, and keeps them. False if it ended without any. */
    boolean awaitOutput() throws IOException {
        return nextOutput();
    }

    /** The container's standard output. */
    InputStream output() {
        return output;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("container", containerId).setCause(e).log("Closing an attach connection failed");
        }
    }

    private void upgrade() throws IOException {
        String request = "POST /containers/" + containerId + "/attach?stream=1&stdin=1&stdout=1&stderr=1 HTTP/1.1\r\n"
                + "Host: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n";
        writeFully(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
        String head = answerHead();
        if (!head.startsWith("HTTP/1.1 101 ")) {
            throw new IOException("the Docker engine refused to attach: " + head.lines().findFirst().orElse("no answer"));
        }
    }

    private String answerHead() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            if (head.length() == MAX_ANSWER_HEAD || !fill()) {
                throw new EOFException("the Docker engine's answer to attach has no end");
            }
            head.append((char) (received.get() & 0xff));
        }
        return head.toString();
    }

    /** Makes sure that at least one byte is there. False at the end of the connection. */
    private boolean fill() throws IOException {
        if (received.hasRemaining()) {
            return true;
        }
        received.clear();
        int count = channel.read(received);
        received.flip();
        return count > 0;
    }

    /** Moves on to bytes of standard output. False when there are no more. */
    private boolean nextOutput() throws IOException {
        while (frameLeft == 0 || frameStream != STDOUT) {
            if (frameLeft > 0) {
                if (!logSome()) {
                    return false;
                }
            } else if (!nextFrame()) {
                return false;
            }
        }
        return fill();
    }

    private boolean nextFrame() throws IOException {
        byte[] header = new byte[FRAME_HEADER];
        for (int i = 0; i < FRAME_HEADER; i++) {
            if (!fill()) {
                return false;
            }
            header[i] = received.get();
        }
        frameStream = header[0];
        frameLeft = Integer.toUnsignedLong(ByteBuffer.wrap(header).getInt(4));
        if (frameStream != STDOUT && frameStream != STDERR) {
            throw new IOException("the Docker engine sent a frame of unknown stream " + frameStream);
        }
        return true;
    }

    private boolean logSome() throws IOException {
        if (!fill()) {
            return false;
        }
        byte[] said = new byte[(int) Math.min(frameLeft, received.remaining())];
        received.get(said);
        frameLeft -= said.length;
        if (logged < MAX_LOGGED) {
            logged += said.length;
            LOG.atWarn().addKeyValue("container", containerId)
                    .addKeyValue("said", new String(said, StandardCharsets.UTF_8).strip())
                    .log("A supervisor complained");
        }
        return true;
    }

    private void writeFully(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    // Not Channels.newInputStream and newOutputStream: before JDK 19 those two exclude each other, so that a waiting
    // reader keeps the writer out for ever.
    private final class Output extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (!nextOutput()) {
                return -1;
            }
            int count = (int) Math.min(Math.min(length, frameLeft), received.remaining());
            received.get(into, offset, count);
            frameLeft -= count;
            return count;
        }
    }

    private final class Input extends OutputStream {
        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            writeFully(ByteBuffer.wrap(bytes, offset, length));
        }

        @Override
        public void close() throws IOException {
            if (channel.isOpen()) {
                channel.shutdownOutput();
            }
        }
    }
}
