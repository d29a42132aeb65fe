package dev.crucible.executor.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crucible.testing.ManualTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class NamespaceSupportTest {
    private final ManualTime time = new ManualTime();
    private final NamespaceSupport hopes = new NamespaceSupport(time::nanos);

    @Test
    void they_are_tried_until_a_container_is_refused_them() {
        assertThat(hopes.worthATry()).isTrue();

        hopes.refused();

        assertThat(hopes.worthATry()).isFalse();
    }

    @Test
    void a_refusal_is_not_for_ever() {
        hopes.refused();
        time.advance(Duration.ofMinutes(5));
        assertThat(hopes.worthATry()).isTrue();

        hopes.refused();
        assertThat(hopes.worthATry()).isFalse();
        time.advance(Duration.ofMinutes(5));
        hopes.granted();

        assertThat(hopes.worthATry()).isTrue();
    }
}
