package dev.crucible.executor.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.crucible.executor.BoxSpec;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.Language;
import dev.crucible.executor.Languages;
import dev.crucible.kernel.evaluation.Isolation;
import dev.crucible.kernel.evaluation.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a sweep takes while the engine works, and what it leaves. */
@Timeout(60)
class SandboxSweepTest {
    private static final String INSTANCE = "sweep" + ProcessHandle.current().pid();
    private static final String STRANGER = INSTANCE + "x";

    @TempDir
    Path folder;

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void end() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void a_sweep_ends_what_is_left_of_our_own_and_touches_neither_open_boxes_nor_anybody_else() throws Exception {
        Languages languages = Languages.load();
        Language bash = languages.find("bash").orElseThrow();
        CgroupDriver ours = CgroupDriver.detect("crucible-" + INSTANCE);
        CgroupDriver theirs = CgroupDriver.detect("crucible-" + STRANGER);
        assumeThat(ours.controllers()).as("cgroups that can be written").isNotEmpty();
        try (SandboxEngine engine = new SandboxEngine(new ExecutorConfig(folder, 2, null, INSTANCE), languages);
                SandboxBox open = (SandboxBox) engine.open(new BoxSpec("b", bash, Limits.DEFAULTS, Isolation.WARM))) {
            Process left = asleepIn(ours.create("box-of-a-predecessor"));
            Process stranger = asleepIn(theirs.create("box-of-theirs"));
            Path file = Files.createFile(folder.resolve("sandbox/box-of-a-predecessor.err"));

            engine.sweep();

            assertThat(left.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(file).doesNotExist();
            assertThat(stranger.isAlive()).isTrue();
            assertThat(open.alive()).isTrue();
            assertThat(folder.resolve("sandbox/" + open.name() + ".err")).exists();
        } finally {
            theirs.close();
        }
    }

    @Test
    void a_box_is_closed_to_its_end_by_whoever_is_interrupted_meanwhile() {
        Languages languages = Languages.load();
        Language bash = languages.find("bash").orElseThrow();
        try (SandboxEngine engine = new SandboxEngine(new ExecutorConfig(folder, 2, null, INSTANCE), languages)) {
            SandboxBox box = (SandboxBox) engine.open(new BoxSpec("b", bash, Limits.DEFAULTS, Isolation.WARM));

            Thread.currentThread().interrupt();
            box.close();

            assertThat(Thread.interrupted()).isTrue();
            assertThat(box.alive()).isFalse();
            assertThat(folder.resolve("sandbox/" + box.name() + ".err")).doesNotExist();
        }
    }

    private Process asleepIn(Cgroup cgroup) throws IOException {
        Process process = new ProcessBuilder("sleep", "600").start();
        processes.add(process);
        for (String procs : cgroup.procsFiles()) {
            Files.writeString(Path.of(procs), Long.toString(process.pid()));
        }
        return process;
    }
}
