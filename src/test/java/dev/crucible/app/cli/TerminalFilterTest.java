package dev.crucible.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalFilterTest {
    @ParameterizedTest
    @CsvSource(ignoreLeadingAndTrailingWhitespace = false, value = {
        "plain text,plain text",
        "a<ESC>[31mb<ESC>[0mc,abc",
        "a<ESC>[38;2;1;2;3mb,ab",
        "a<ESC>]0;title<BEL>b,ab",
        "a<ESC>]8;;http://x<ESC>\\link<ESC>]8;;<ESC>\\b,alinkb",
        "a<ESC>Pdcs<ESC>\\b,ab",
        "a<ESC>(Bb,ab",
        "a<ESC>cb,ab",
        "a<CSI>2Jb,ab",
        "a<BEL>b,ab",
        "100%<CR>over,100%<LF>over",
        "a<CR><LF>b,a<LF>b",
        "tab<TAB>stays,tab<TAB>stays",
        "\u202eabc,abc",
        "\ud83d\udc69\u200d\ud83d\ude80 stays,\ud83d\udc69\u200d\ud83d\ude80 stays",
    })
    void what_a_terminal_would_act_on_is_left_out(String from, String to) throws IOException {
        byte[] bytes = named(from).getBytes(StandardCharsets.UTF_8);

        assertThat(filtered(bytes, bytes.length)).isEqualTo(named(to));
        assertThat(filtered(bytes, 1)).as("byte by byte").isEqualTo(named(to));
    }

    @Test
    void a_sequence_that_never_ends_cannot_hide_what_follows() throws IOException {
        String hidden = "\033]0;" + "x".repeat(5000) + " the end";

        assertThat(filtered(hidden.getBytes(StandardCharsets.UTF_8), 100)).endsWith(" the end");
        assertThat(filtered("\033]0;\nnext line".getBytes(StandardCharsets.UTF_8), 3)).isEqualTo("\nnext line");
    }

    @Test
    void bytes_that_are_not_utf_8_appear_as_replacement_characters() throws IOException {
        assertThat(filtered(new byte[] {'a', (byte) 0xff, 'b', (byte) 0xe2, (byte) 0x82}, 1)).isEqualTo("a\ufffdb\ufffd");
    }

    private static String named(String text) {
        return text.replace("<ESC>", "\033").replace("<BEL>", "\007").replace("<CSI>", "\u009b").replace("<CR>", "\r")
                .replace("<LF>", "\n").replace("<TAB>", "\t");
    }

    private static String filtered(byte[] bytes, int step) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TerminalFilter filter = new TerminalFilter(out)) {
            for (int i = 0; i < bytes.length; i += step) {
                filter.write(bytes, i, Math.min(step, bytes.length - i));
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
