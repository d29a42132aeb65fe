package dev.crucible.executor.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupTest {
    @TempDir
    private Path folder;

    @Test
    void version_1_counters_are_read_from_their_own_controllers() throws IOException {
        Path memory = folder("memory", Map.of(
                "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
                "memory.usage_in_bytes", "4096\n",
                "memory.max_usage_in_bytes", "8192\n"));
        Path pids = folder("pids", Map.of("pids.events", "max 7\n"));
        Path cpu = folder("cpu", Map.of("cpuacct.usage", "5000000\n"));
        Cgroup cgroup = Cgroup.at(Map.of("memory", memory, "pids", pids, "cpuacct", cpu));

        assertThat(cgroup.oomKills()).hasValue(2);
        assertThat(cgroup.memoryBytes()).hasValue(4096);
        assertThat(cgroup.peakMemoryBytes()).hasValue(8192);
        assertThat(cgroup.forksDenied()).hasValue(7);
        assertThat(cgroup.cpuNanos()).hasValue(5_000_000);
    }

    @Test
    void version_2_counters_are_read_from_the_one_folder() throws IOException {
        Path unified = folder("unified", Map.of(
                "memory.events", "low 0\nhigh 0\nmax 3\noom 1\noom_kill 1\noom_group_kill 0\n",
                "memory.current", "4096\n",
                "memory.peak", "8192\n",
                "pids.events", "max 0\n",
                "cpu.stat", "usage_usec 5000\nuser_usec 4000\nsystem_usec 1000\n"));
        Cgroup cgroup = Cgroup.at(Map.of("", unified));

        assertThat(cgroup.oomKills()).hasValue(1);
        assertThat(cgroup.memoryBytes()).hasValue(4096);
        assertThat(cgroup.peakMemoryBytes()).hasValue(8192);
        assertThat(cgroup.forksDenied()).hasValue(0);
        assertThat(cgroup.cpuNanos()).hasValue(5_000_000);
    }

    @Test
    void what_cannot_be_read_is_absent_and_not_zero() throws IOException {
        Cgroup hybrid = Cgroup.at(Map.of("", folder("unified", Map.of("cgroup.procs", ""))));

        assertThat(hybrid.oomKills()).isEmpty();
        assertThat(hybrid.peakMemoryBytes()).isEmpty();
        assertThat(hybrid.forksDenied()).isEmpty();
        assertThat(hybrid.cpuNanos()).isEmpty();
    }

    @Test
    void mounts_of_both_versions_are_found() {
        Map<String, Path> mounts = Cgroup.mounts(List.of(
                "30 25 0:26 / /sys/fs/cgroup ro,nosuid shared:9 - tmpfs tmpfs ro,mode=755",
                "31 30 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:10 - cgroup cgroup rw,cpu,cpuacct",
                "32 30 0:28 / /sys/fs/cgroup/unified rw,nosuid shared:11 - cgroup2 cgroup2 rw",
                "a line of another form"));

        assertThat(mounts)
                .containsEntry("cpuacct", Path.of("/sys/fs/cgroup/cpu,cpuacct"))
                .containsEntry("", Path.of("/sys/fs/cgroup/unified"));
    }

    @Test
    void a_process_outside_the_container_has_no_groups_to_read() {
        assertThat(Cgroup.folders(ProcessHandle.current().pid(), "0123456789abcdef")).isEmpty();
    }

    private Path folder(String name, Map<String, String> files) throws IOException {
        Path made = Files.createDirectory(folder.resolve(name));
        for (Map.Entry<String, String> file : files.entrySet()) {
            Files.writeString(made.resolve(file.getKey()), file.getValue());
        }
        return made;
    }
}
