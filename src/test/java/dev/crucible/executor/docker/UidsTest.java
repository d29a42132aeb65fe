package dev.crucible.executor.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crucible.kernel.PlatformException;
import org.junit.jupiter.api.Test;

class UidsTest {
    @Test
    void no_two_boxes_have_one_id_and_one_that_was_given_back_is_used_again() {
        Uids uids = new Uids(100, 2);

        assertThat(uids.take()).isEqualTo(100);
        assertThat(uids.take()).isEqualTo(101);
        assertThatThrownBy(uids::take).isInstanceOf(PlatformException.class);

        uids.giveBack(100);
        assertThat(uids.take()).isEqualTo(100);
    }
}
