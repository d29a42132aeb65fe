package dev.crucible.app.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Lets a guest's output through to a terminal as text alone: escape sequences and other characters that a terminal would
 * act on are left out, a lone carriage return becomes a line end so that it cannot write over what was shown, and bytes
 * that are not UTF-8 appear as U+FFFD. Not thread-safe.
 */
final class TerminalFilter extends OutputStream {
    /** An escape sequence that is longer is none: the rest is text, so that nothing can be hidden by never ending one. */
    private static final int LONGEST_SEQUENCE = 256;

    private static final int ESC = 0x1b;
    private static final int BEL = 0x07;

    private enum State {
        TEXT,
        CARRIAGE_RETURN,
        ESCAPE,
        CONTROL_SEQUENCE,
        STRING
    }

    private final OutputStream out;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private final StringBuilder text = new StringBuilder();
    private ByteBuffer pending = ByteBuffer.allocate(0);
    private State state = State.TEXT;
    private int sequence;

    TerminalFilter(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        ByteBuffer input = ByteBuffer.allocate(pending.remaining() + length);
        input.put(pending).put(bytes, offset, length).flip();
        CharBuffer chars = CharBuffer.allocate(input.remaining() + 1);
        CoderResult result = decoder.decode(input, chars, false);
        if (result.isError()) {
            throw new IllegalStateException("the decoder replaces what it cannot read");
        }
        pending = input;
        take(chars.flip());
    }

    /** Writes what is held back; the stream below stays open. */
    @Override
    public void close() throws IOException {
        CharBuffer chars = CharBuffer.allocate(pending.remaining() + 2);
        decoder.decode(pending, chars, true);
        decoder.flush(chars);
        take(chars.flip());
        if (state == State.CARRIAGE_RETURN) {
            out.write('\n');
            state = State.TEXT;
        }
        out.flush();
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    private void take(CharBuffer chars) throws IOException {
        chars.codePoints().forEach(this::take);
        out.write(text.toString().getBytes(StandardCharsets.UTF_8));
        text.setLength(0);
    }

    private void take(int c) {
        if (state == State.CARRIAGE_RETURN && c != '\r') {
            text.append('\n');
            state = State.TEXT;
            if (c == '\n') {
                return;
            }
        }
        switch (state) {
            case TEXT, CARRIAGE_RETURN -> takeText(c);
            case ESCAPE -> takeEscape(c);
            case CONTROL_SEQUENCE -> takeSequence(c, c >= 0x40 && c <= 0x7e);
            case STRING -> takeSequence(c, c == BEL || c == 0x9c);
        }
    }

    private void takeText(int c) {
        sequence = 0;
        switch (c) {
            case ESC -> state = State.ESCAPE;
            case 0x9b -> state = State.CONTROL_SEQUENCE;
            case '\r' -> state = State.CARRIAGE_RETURN;
            case '\n', '\t' -> text.append((char) c);
            default -> {
                if (!VisibleText.acts(c)) {
                    text.appendCodePoint(c);
                }
            }
        }
    }

    private void takeEscape(int c) {
        if (c == '[') {
            state = State.CONTROL_SEQUENCE;
        } else if (c == ']' || c == 'P' || c == 'X' || c == '^' || c == '_') {
            state = State.STRING;
        } else if (c < 0x20 || c > 0x7e) {
            state = State.TEXT;
            takeText(c);
        } else if (c >= 0x30) {
            state = State.TEXT;
        }
    }

    private void takeSequence(int c, boolean last) {
        if (c == ESC) {
            state = State.ESCAPE;
        } else if (c == '\n' || ++sequence > LONGEST_SEQUENCE) {
            state = State.TEXT;
            takeText(c);
        } else if (last) {
            state = State.TEXT;
        }
    }
}
