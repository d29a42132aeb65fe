package dev.crucible.executor;

import static java.util.Objects.requireNonNull;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A file on its way into a box or out of one. The array is not copied. */
record BoxFile(String path, int mode, byte[] content) {
    static final int PLAIN = 0644;
    private static final int MODE_BYTES = Integer.BYTES;

    BoxFile {
        requireNonNull(path, "path is null");
        requireNonNull(content, "content is null");
    }

    /** As a frame carries it, with the frame's length before it. */
    void writeTo(DataOutputStream frame) throws IOException {
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        frame.writeInt(Short.BYTES + name.length + MODE_BYTES + content.length);
        frame.writeShort(name.length);
        frame.write(name);
        frame.writeInt(mode);
        frame.write(content);
    }

    /** @throws java.nio.BufferUnderflowException if it is not a frame's file */
    static BoxFile decode(byte[] frame) {
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        byte[] name = new byte[Short.toUnsignedInt(bytes.getShort())];
        bytes.get(name);
        int mode = bytes.getInt();
        byte[] content = new byte[bytes.remaining()];
        bytes.get(content);
        return new BoxFile(new String(name, StandardCharsets.UTF_8), mode, content);
    }
}
