package dev.crucible.platform.http;

import dev.crucible.kernel.PlatformException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Looks over MessagePack before it is read: a reader makes room for what a length says before it sees that the bytes are
 * not there, and goes as deep as it is led.
 */
final class PackedShape {
    /** As deep as JSON may be. */
    private static final int MAX_DEPTH = 64;

    private final byte[] bytes;
    private int at;

    private PackedShape(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @throws PlatformException {@code VALIDATION} unless it is one value, whole, not too deep, with nothing after it */
    static void check(byte[] bytes) {
        PackedShape shape = new PackedShape(bytes);
        Deque<Long> open = new ArrayDeque<>();
        long left = 1;
        while (left > 0 || !open.isEmpty()) {
            if (left == 0) {
                left = open.pop();
                continue;
            }
            left--;
            long inside = shape.value();
            if (inside > 0) {
                open.push(left);
                left = inside;
            }
            if (open.size() > MAX_DEPTH) {
                throw refused("is nested too deeply");
            }
        }
        if (shape.at != bytes.length) {
            throw refused("holds more than one MessagePack value");
        }
    }

    /** Passes over one value's own bytes. Answers how many values are inside it. */
    private long value() {
        int head = (int) number(1);
        if (head <= 0x7f || head >= 0xe0) {
            return 0;
        } else if (head <= 0x8f) {
            return inside(2L * (head & 0x0f));
        } else if (head <= 0x9f) {
            return inside(head & 0x0f);
        } else if (head <= 0xbf) {
            return skip(head & 0x1f);
        }
        return switch (head) {
            case 0xc0, 0xc2, 0xc3 -> 0;
            case 0xc4, 0xd9 -> skip(number(1));
            case 0xc5, 0xda -> skip(number(2));
            case 0xc6, 0xdb -> skip(number(4));
            case 0xca, 0xce, 0xd2 -> skip(4);
            case 0xcb, 0xcf, 0xd3 -> skip(8);
            case 0xcc, 0xd0 -> skip(1);
            case 0xcd, 0xd1 -> skip(2);
            case 0xdc -> inside(number(2));
            case 0xdd -> inside(number(4));
            case 0xde -> inside(2 * number(2));
            case 0xdf -> inside(2 * number(4));
            default -> throw refused("holds a MessagePack type that is not taken here");
        };
    }

    /** Each value takes a byte at least. */
    private long inside(long values) {
        if (values > bytes.length - at) {
            throw refused("ends before its MessagePack value does");
        }
        return values;
    }

    private long skip(long length) {
        if (length > bytes.length - at) {
            throw refused("ends before its MessagePack value does");
        }
        at += (int) length;
        return 0;
    }

    private long number(int size) {
        if (size > bytes.length - at) {
            throw refused("ends before its MessagePack value does");
        }
        long number = 0;
        for (int i = 0; i < size; i++) {
            number = number << 8 | bytes[at++] & 0xff;
        }
        return number;
    }

    private static PlatformException refused(String what) {
        return WireBody.invalid(List.of("body"), what, "msgpack_invalid");
    }
}
