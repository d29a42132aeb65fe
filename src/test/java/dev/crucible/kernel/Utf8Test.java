package dev.crucible.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class Utf8Test {
    /** Five hundred texts of every kind of character, the same ones each time. */
    static Stream<String> texts() {
        Random random = new Random(7);
        return Stream.generate(() -> random.ints(random.nextInt(20), 0, Character.MAX_CODE_POINT + 1)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString())
                .limit(500);
    }

    @ParameterizedTest
    @MethodSource("texts")
    void text_cut_anywhere_is_whole_again_when_the_rest_comes(String any) {
        byte[] bytes = any.getBytes(StandardCharsets.UTF_8);
        String text = new String(bytes, StandardCharsets.UTF_8);
        for (int cut = 0; cut <= bytes.length; cut++) {
            int whole = cut - Utf8.unfinished(Arrays.copyOf(bytes, cut));
            String first = new String(bytes, 0, whole, StandardCharsets.UTF_8);
            String second = new String(bytes, whole, bytes.length - whole, StandardCharsets.UTF_8);
            assertThat(first + second).isEqualTo(text);
        }
    }

    @Test
    void bytes_that_never_become_a_character_are_not_waited_for() {
        assertThat(Utf8.unfinished(new byte[] {'a', (byte) 0xFF})).isZero();
        assertThat(Utf8.unfinished(new byte[] {(byte) 0x80, (byte) 0x80, (byte) 0x80})).isZero();
        assertThat(Utf8.unfinished(new byte[] {(byte) 0xC0})).isZero();
        assertThat(Utf8.unfinished(new byte[] {(byte) 0xF0, (byte) 0x9F, (byte) 0x98})).isEqualTo(3);
        assertThat(Utf8.unfinished(new byte[] {(byte) 0xE2, (byte) 0x82, (byte) 0xAC})).isZero();
    }
}
