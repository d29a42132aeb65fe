package dev.crucible.executor.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DockerAddressTest {
    @Test
    void without_a_setting_it_is_the_usual_socket() {
        assertThat(DockerAddress.of(null).socket()).isEqualTo(Path.of("/var/run/docker.sock"));
        assertThat(DockerAddress.of(" ").command()).isEqualTo("docker");
    }

    @Test
    void another_socket_is_named_in_the_commands_shown_to_people() {
        DockerAddress address = DockerAddress.of("unix:///run/user/1000/docker.sock");

        assertThat(address.socket()).isEqualTo(Path.of("/run/user/1000/docker.sock"));
        assertThat(address.command()).isEqualTo("docker --host unix:///run/user/1000/docker.sock");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp://10.0.0.1:2375", "ssh://user@host", "unix://relative.sock", "/var/run/docker.sock", "unix://"})
    void anything_but_a_socket_of_this_machine_is_refused(String dockerHost) {
        assertThatThrownBy(() -> DockerAddress.of(dockerHost))
                .isInstanceOfSatisfying(PlatformException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.ENGINE_UNAVAILABLE);
                    assertThat(e).hasMessageContaining("unix://");
                });
    }
}
