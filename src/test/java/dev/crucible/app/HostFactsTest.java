package dev.crucible.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class HostFactsTest {
    @Test
    void a_user_without_a_name_has_the_home_that_the_environment_says() {
        assertThat(HostFacts.home("/home/someone", "/elsewhere")).isEqualTo(Path.of("/home/someone"));
        assertThat(HostFacts.home("?", "/elsewhere")).isEqualTo(Path.of("/elsewhere"));
        assertThat(HostFacts.home("?", null)).isEqualTo(Path.of("/"));
    }
}
