package dev.crucible.app.cli;

/** Colours, or none. */
record Ink(boolean on) {
    String good(String text) {
        return coloured("32", text);
    }

    String bad(String text) {
        return coloured("31", text);
    }

    String careful(String text) {
        return coloured("33", text);
    }

    String strong(String text) {
        return coloured("1", text);
    }

    String faint(String text) {
        return coloured("2", text);
    }

    private String coloured(String code, String text) {
        return on ? "\033[" + code + "m" + text + "\033[0m" : text;
    }
}
