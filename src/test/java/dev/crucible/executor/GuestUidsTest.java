package dev.crucible.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GuestUidsTest {
    @Test
    void no_id_is_one_that_a_service_or_a_user_can_have() {
        IntStream.range(0, 10_000).mapToObj(Integer::toHexString).forEach(instance -> {
            for (GuestUids engine : GuestUids.values()) {
                assertThat(engine.first(instance, false)).isBetween(1_880_000_000, 2_126_000_000 - GuestUids.EACH);
            }
        });
    }

    @Test
    void engines_and_data_folders_have_ids_of_their_own() {
        Set<Integer> firsts = new HashSet<>();
        for (String instance : List.of("8892b999700a", "8892b999700b")) {
            for (GuestUids engine : GuestUids.values()) {
                assertThat(firsts.add(engine.first(instance, false) / GuestUids.EACH)).isTrue();
            }
        }
    }

    @Test
    void where_there_are_few_the_last_of_them_are_taken() {
        assertThat(GuestUids.GVISOR.first("8892b999700a", true) + GuestUids.EACH).isEqualTo(65_536);
        assertThat(GuestUids.SANDBOX.first("8892b999700a", true)).isGreaterThan(1000);
    }

    @Test
    void a_user_namespace_of_the_usual_size_has_few() {
        assertThat(GuestUids.few(List.of("         0          0 4294967295"))).isFalse();
        assertThat(GuestUids.few(List.of("         0     100000      65536"))).isTrue();
        assertThat(GuestUids.few(List.of("         0       1000          1", "         1     100000      65536"))).isTrue();
    }
}
