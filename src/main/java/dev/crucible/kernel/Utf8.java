package dev.crucible.kernel;

/** Where text can be cut out of a stream of bytes without breaking a character. */
public final class Utf8 {
    private Utf8() {}

    /**
     * How many bytes at the end are the beginning of a character whose rest has not come yet: 0 to 3. Bytes that can
     * never become a character count as whole.
     */
    public static int unfinished(byte[] bytes) {
        for (int back = 1; back <= 3 && back <= bytes.length; back++) {
            int b = bytes[bytes.length - back] & 0xFF;
            if (b >= 0xC2 && b <= 0xF4) {
                int length = b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
                return length > back ? back : 0;
            }
            if (b < 0x80 || b >= 0xC0) {
                return 0;
            }
        }
        return 0;
    }
}
