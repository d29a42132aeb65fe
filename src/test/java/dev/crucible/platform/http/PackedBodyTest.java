package dev.crucible.platform.http;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crucible.kernel.PlatformException;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackedBodyTest {
    @Test
    void what_our_own_mapper_writes_passes() {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("null", null);
        value.put("numbers", List.of(0, 127, 128, 255, 256, 65_536, Long.MAX_VALUE, -1, -33, -129, -40_000, Long.MIN_VALUE, 0.5, 1.5f));
        value.put("texts", List.of("", "a".repeat(31), "b".repeat(32), "c".repeat(256), "d".repeat(70_000)));
        value.put("bytes", List.of(new byte[0], new byte[300], new byte[70_000]));
        value.put("lists", List.of(List.of(), Collections.nCopies(20, true), Collections.nCopies(70_000, false)));

        assertThatCode(() -> PackedBody.read(WireFormat.MESSAGE_PACK.write(value))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "c67fffffff, is not MessagePack",
        "dbffffffff, is not MessagePack",
        "ddffffffff, is not MessagePack",
        "df7fffffff, is not MessagePack",
        "9302, is not MessagePack",
        "d9, is not MessagePack",
        "'', is not MessagePack",
        "c1, is not MessagePack",
        "c9ffffffff01, is not MessagePack",
        "c0c0, more than one"
    })
    void what_is_cut_or_foreign_or_too_much_is_refused_before_room_is_made_for_it(String hex, String why) {
        assertThatThrownBy(() -> PackedBody.read(HexFormat.of().parseHex(hex)))
                .isInstanceOf(PlatformException.class).hasMessageContaining(why);
    }

    @Test
    void a_deep_nest_is_refused() {
        byte[] nest = new byte[1 << 20];
        Arrays.fill(nest, (byte) 0x91);
        nest[nest.length - 1] = (byte) 0xc0;

        assertThatThrownBy(() -> PackedBody.read(nest)).hasMessageContaining("too deeply");
    }
}
