package dev.crucible.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crucible.app.CrucibleConfig;
import dev.crucible.app.RunningServer;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.attack.Attack;
import dev.crucible.executor.attack.AttackReport;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.platform.json.Json;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class HostileCheckTest {
    private final ShellFixture shell = new ShellFixture();

    @Test
    void engines_that_hold_end_with_zero_and_a_table_by_group() {
        shell.launcher(attacking(List.of()));

        assertThat(shell.run("doctor", "--attack", "--engine", "sandbox", "--only", "fork-bomb,cpu")).isZero();

        assertThat(shell.out()).contains("processes  1 of 1 held").contains("sandbox held against everything.");
        assertThat(shell.err()).contains("✓ sandbox  fork-bomb");
    }

    @Test
    void an_attack_that_succeeds_is_named_and_ends_with_one() {
        shell.launcher(attacking(List.of("BREACH a secret\u001b[31m")));

        assertThat(shell.run("doctor", "--attack", "--engine", "sandbox", "--only", "fork-bomb")).isEqualTo(1);

        assertThat(shell.out()).contains("processes  0 of 1 held").contains("did not hold against 1: fork-bomb.");
        assertThat(shell.err()).contains("✗ sandbox  fork-bomb").contains("BREACH a secret").doesNotContain("\u001b");
    }

    @Test
    void the_report_can_be_had_as_json() throws IOException {
        shell.launcher(attacking(List.of("BREACH a secret")));

        assertThat(shell.run("doctor", "--attack", "--engine", "sandbox", "--only", "fork-bomb", "--json")).isEqualTo(1);

        assertThat(Json.MAPPER.readTree(shell.out()).path("held").asBoolean()).isFalse();
        assertThat(Json.MAPPER.readTree(shell.out()).at("/attacks/0/problems/0").asText()).isEqualTo("BREACH a secret");
    }

    @Test
    void an_engine_that_cannot_run_is_told_with_its_remedy() {
        shell.launcher(attacking(List.of()));

        assertThat(shell.run("doctor", "--attack", "--engine", "docker")).isEqualTo(1);
        assertThat(shell.err()).contains("Start Docker");

        assertThat(shell.run("doctor", "--attack")).isEqualTo(1);
        assertThat(shell.err()).contains("No engine works here").contains("docker: It is not there. Start Docker.");
    }

    @Test
    void what_makes_no_sense_is_refused() {
        shell.launcher(attacking(List.of()));

        assertThat(shell.run("doctor", "--attack", "--only", "no-such-attack")).isEqualTo(2);
        assertThat(shell.err()).contains("no-such-attack");
        assertThat(shell.run("doctor", "--only", "fork-bomb")).isEqualTo(2);
        assertThat(shell.err()).contains("--attack");
    }

    private static RunningServer.Launcher attacking(List<String> problems) {
        return new RunningServer.Launcher() {
            @Override
            public RunningServer start(CrucibleConfig config, Consumer<String> progress) {
                throw new UnsupportedOperationException("this test starts no server");
            }

            @Override
            public List<EngineStatus> probeEngines(CrucibleConfig config) {
                return List.of(new EngineStatus(
                        "docker", false, null, "It is not there.", "Start Docker", List.of(), Map.of()));
            }

            @Override
            public List<AttackReport> attack(
                    CrucibleConfig config, String engine, List<Attack> attacks, Consumer<AttackReport> progress) {
                if (engine.equals("docker")) {
                    throw new PlatformException(ErrorCode.ENGINE_UNAVAILABLE, "It is not there. Start Docker.");
                }
                List<AttackReport> reports = attacks.stream()
                        .map(attack -> new AttackReport(
                                attack.name(), attack.group(), attack.title(), engine, Reason.OK, 12, problems))
                        .toList();
                reports.forEach(progress);
                return reports;
            }
        };
    }
}
