package dev.crucible.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crucible.executor.attack.Attack;
import dev.crucible.executor.attack.AttackCatalogue;
import dev.crucible.executor.attack.AttackReport;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Reason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttackTrialTest {
    @TempDir
    Path folder;

    private CrucibleConfig config() {
        return CrucibleConfig.of(Map.of(
                "CRUCIBLE_HOME", folder.toString(), "DOCKER_HOST", "unix://" + folder.resolve("nobody.sock")));
    }

    private static List<Attack> named(String name) {
        return AttackCatalogue.load().stream().filter(attack -> attack.name().equals(name)).toList();
    }

    @Test
    void an_attack_is_run_and_judged_and_nothing_is_left() {
        List<AttackReport> told = new ArrayList<>();

        List<AttackReport> reports = AttackTrial.run(config(), "sandbox", named("daemonize"), told::add);

        assertThat(reports).isEqualTo(told);
        assertThat(reports).extracting(AttackReport::attack).containsExactly("daemonize", "nothing-left");
        assertThat(reports).allSatisfy(report -> assertThat(report.problems()).isEmpty());
        assertThat(reports.get(0).reason()).isEqualTo(Reason.OK);
    }

    @Test
    void an_attack_that_succeeds_is_told() {
        Attack spin = named("spin").get(0);
        Attack open = new Attack(
                "open-door", "walks through an open door", "doors", "python", "print('BREACH', 'the door')", null, null,
                spin.limits(), "", List.of(), Map.of(), List.of(), spin.expected());

        AttackReport report = AttackTrial.run(config(), "sandbox", List.of(open), each -> {}).get(0);

        assertThat(report.held()).isFalse();
        assertThat(report.problems()).anyMatch(problem -> problem.contains("BREACH the door"))
                .anyMatch(problem -> problem.contains("ended with ok instead of cpu_timeout"));
    }

    @Test
    void an_engine_that_is_not_here_is_refused_with_what_to_do() {
        assertThatThrownBy(() -> AttackTrial.run(config(), "docker", named("spin"), each -> {}))
                .isInstanceOf(PlatformException.class)
                .hasMessageContaining("docker cannot run here");
        assertThatThrownBy(() -> AttackTrial.run(config(), "nonsense", named("spin"), each -> {}))
                .isInstanceOf(PlatformException.class)
                .hasMessageContaining("no engine nonsense");
    }
}
