package dev.crucible.app.cli;

/**
 * Text of strangers, made safe to print in a line of ours: nothing in it can move the cursor, colour the terminal,
 * change its title, or turn the direction of writing.
 */
final class VisibleText {
    private VisibleText() {}

    /** One line: what is not visible appears as an escape. */
    static String line(String text) {
        StringBuilder visible = new StringBuilder(text.length());
        text.codePoints().forEach(c -> append(visible, c));
        return visible.toString();
    }

    /** At most {@code width} characters of {@link #line}. */
    static String line(String text, int width) {
        String visible = line(text);
        if (visible.codePointCount(0, visible.length()) <= width) {
            return visible;
        }
        return visible.substring(0, visible.offsetByCodePoints(0, width - 1)) + "…";
    }

    /** Whether a terminal may act on the character instead of showing it. */
    static boolean acts(int c) {
        int type = Character.getType(c);
        return type == Character.CONTROL || type == Character.LINE_SEPARATOR || type == Character.PARAGRAPH_SEPARATOR
                || type == Character.SURROGATE || (type == Character.FORMAT && !joiner(c));
    }

    /** Joins the parts of an emoji or the letters of a word: part of honest text. */
    private static boolean joiner(int c) {
        return c == 0x200c || c == 0x200d;
    }

    /** JSON text with the same meaning in which no character {@link #acts}. */
    static String json(String json) {
        StringBuilder visible = new StringBuilder(json.length());
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            boolean pair = Character.isSurrogate(c) && !acts(Character.codePointAt(json, pairStart(json, i)));
            if (c == '\n' || pair || !acts(c)) {
                visible.append(c);
            } else {
                visible.append(String.format("\\u%04x", (int) c));
            }
        }
        return visible.toString();
    }

    private static int pairStart(String text, int i) {
        return i > 0 && Character.isSurrogatePair(text.charAt(i - 1), text.charAt(i)) ? i - 1 : i;
    }

    private static void append(StringBuilder visible, int c) {
        switch (c) {
            case '\n' -> visible.append("\\n");
            case '\r' -> visible.append("\\r");
            case '\t' -> visible.append("\\t");
            default -> {
                if (!acts(c)) {
                    visible.appendCodePoint(c);
                } else if (c <= 0xff) {
                    visible.append(String.format("\\x%02x", c));
                } else {
                    visible.append(String.format("\\u{%x}", c));
                }
            }
        }
    }
}
