package dev.crucible.executor;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The executor's end of {@link SupervisorProtocol}. One thread reads; any thread may stop the program.
 */
final class SupervisorChannel {
    private static final int MAX_OPEN_FILES = 1024;
    private static final byte[] NOTHING = new byte[0];
    private static final int STDIN_CHUNK = 1 << 20;
    private static final int BUFFER = 1 << 16;
    private static final long STOP_PATIENCE_MILLIS = 1000;

    private final Box box;
    private final DataInputStream frames;
    private final ReentrantLock writing = new ReentrantLock();

    SupervisorChannel(Box box) {
        this.box = box;
        this.frames = new DataInputStream(box.output());
    }

    record Frame(byte type, byte[] payload) {
        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }
    }

    /** The next frame, or empty when the supervisor is gone. @throws IOException if it does not speak the protocol */
    Optional<Frame> next() throws IOException {
        return next(frames);
    }

    static Optional<Frame> next(DataInputStream frames) throws IOException {
        int type = frames.read();
        if (type < 0) {
            return Optional.empty();
        }
        try {
            int length = frames.readInt();
            if (length < 0 || length > SupervisorProtocol.MAX_PAYLOAD) {
                throw new IOException("a frame of " + length + " bytes is not of the protocol");
            }
            byte[] payload = new byte[length];
            frames.readFully(payload);
            return Optional.of(new Frame((byte) type, payload));
        } catch (EOFException e) {
            return Optional.empty();
        }
    }

    /** Has the program started. It may run before this returns. */
    void start(GuestProgram program, boolean fork) throws IOException {
        say(out -> {
            frame(out, SupervisorProtocol.NEW_PROGRAM, NOTHING);
            for (BoxFile file : program.files()) {
                out.writeByte(SupervisorProtocol.FILE);
                file.writeTo(out);
            }
            frame(out, SupervisorProtocol.KEEP, words(program.keep().patterns()));
            run(out, program, fork);
        });
    }

    /** Has another run of the same program started: with its files, and other words and input. */
    void again(GuestProgram program, boolean fork) throws IOException {
        say(out -> run(out, program, fork));
    }

    private void run(DataOutputStream out, GuestProgram program, boolean fork) throws IOException {
        frame(out, SupervisorProtocol.LIMITS, utf8(limits(program)));
        frame(out, SupervisorProtocol.ENV, environment(program));
        frame(out, SupervisorProtocol.ARGV, words(program.command()));
        frame(out, SupervisorProtocol.GO, mode(fork));
        byte[] stdin = program.stdin();
        for (int from = 0; from < stdin.length; from += STDIN_CHUNK) {
            int length = Math.min(STDIN_CHUNK, stdin.length - from);
            frame(out, SupervisorProtocol.STDIN, Arrays.copyOfRange(stdin, from, from + length));
        }
        frame(out, SupervisorProtocol.STDIN_END, NOTHING);
    }

    /** What is said together. */
    private interface Message {
        void to(DataOutputStream supervisor) throws IOException;
    }

    /** A short message is one write; the files of a long one are not held in memory a second time. */
    private void say(Message message) throws IOException {
        writing.lock();
        try {
            DataOutputStream out = new DataOutputStream(new BufferedOutputStream(box.input(), BUFFER));
            message.to(out);
            out.flush();
        } finally {
            writing.unlock();
        }
    }

    /** Asks for the program's end; if the supervisor cannot be told, the box ends instead. Never throws. */
    void stop(StopMode mode) {
        byte type = mode == StopMode.KILL ? SupervisorProtocol.KILL : SupervisorProtocol.TERM;
        try {
            if (!writing.tryLock(STOP_PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                box.kill();
                return;
            }
            try {
                box.input().write(new byte[] {type, 0, 0, 0, 0});
                box.input().flush();
            } finally {
                writing.unlock();
            }
        } catch (IOException e) {
            box.kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            box.kill();
        }
    }

    private String limits(GuestProgram program) {
        StringBuilder lines = new StringBuilder()
                .append("wall_ms=").append(Math.max(1, program.limits().timeout().toMillis())).append('\n')
                .append("cpu_ms=").append(Math.max(1, program.limits().cpuTime().toMillis())).append('\n')
                .append("nofile=").append(MAX_OPEN_FILES).append('\n')
                // A page more than fits on the disk: who writes that much is told that the disk is full.
                .append("fsize=").append(program.limits().diskBytes() + GuestProgram.PAGE).append('\n')
                .append("disk=").append(program.limits().diskBytes()).append('\n')
                .append("pids=").append(program.limits().pids()).append('\n')
                .append("keep_files=").append(program.keep().files()).append('\n')
                .append("keep_bytes=").append(program.keep().bytes()).append('\n');
        box.rlimits().forEach((name, value) -> lines.append(name).append('=').append(value).append('\n'));
        return lines.toString();
    }

    static byte[] mode(boolean fork) {
        return new byte[] {fork ? SupervisorProtocol.FORK : SupervisorProtocol.EXECUTE};
    }

    static byte[] environment(GuestProgram program) {
        return words(program.environment().entrySet().stream()
                .map(variable -> variable.getKey() + "=" + variable.getValue())
                .toList());
    }

    static byte[] words(List<String> words) {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        for (String word : words) {
            payload.writeBytes(utf8(word));
            payload.write(0);
        }
        return payload.toByteArray();
    }

    static void frame(DataOutputStream out, byte type, byte[] payload) throws IOException {
        out.writeByte(type);
        out.writeInt(payload.length);
        out.write(payload);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
