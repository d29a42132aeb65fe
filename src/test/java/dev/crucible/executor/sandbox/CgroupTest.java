package dev.crucible.executor.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crucible.executor.Evidence;
import dev.crucible.executor.sandbox.CgroupDriver.Controller;
import dev.crucible.executor.sandbox.CgroupDriver.Hierarchy;
import dev.crucible.kernel.evaluation.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of both versions, in folders that look like them: no kernel has every layout at once. */
class CgroupTest {
    private static final Limits LIMITS = new Limits(
            Duration.ofSeconds(1), Duration.ofSeconds(1), 64L << 20, 500, 1 << 20, 1 << 20, 10);

    @TempDir
    Path folder;

    private void files(Map<String, String> content) throws IOException {
        for (Map.Entry<String, String> file : content.entrySet()) {
            Files.writeString(folder.resolve(file.getKey()), file.getValue());
        }
    }

    private String read(String file) throws IOException {
        return Files.readString(folder.resolve(file));
    }

    @Test
    void version_2_limits_memory_without_swap_processes_and_cpu_and_reads_what_was_counted() throws IOException {
        files(Map.of(
                "memory.current", "1048576\n", "memory.max", "max\n", "memory.swap.max", "max\n", "pids.max", "max\n",
                "cpu.max", "max 100000\n", "cpu.stat", "usage_usec 4000\nuser_usec 1\nsystem_usec 1\n",
                "memory.events", "low 0\nhigh 0\nmax 9\noom 1\noom_kill 0\noom_group_kill 0\n", "pids.events", "max 0\n",
                "memory.peak", "1048576\n"));
        Cgroup cgroup = new Cgroup(List.of(new Hierarchy(folder, true, EnumSet.allOf(Controller.class))));

        cgroup.limit(LIMITS, 2);

        assertThat(read("memory.max")).isEqualTo(Long.toString((64L << 20) + 1048576));
        assertThat(read("memory.swap.max")).isEqualTo("0");
        assertThat(read("pids.max")).isEqualTo("12");
        assertThat(read("cpu.max")).isEqualTo("25000 50000");
        assertThat(cgroup.evidence()).isEqualTo(new Evidence(false, 0, 0L, null));

        files(Map.of(
                "memory.events", "oom 1\noom_kill 2\n", "pids.events", "max 7\n",
                "cpu.stat", "usage_usec 254000\n", "memory.peak", "11534336\n"));
        assertThat(cgroup.evidence()).isEqualTo(new Evidence(true, 7, 250L, 10L << 20));
    }

    @Test
    void version_1_limits_memory_and_swap_together() throws IOException {
        files(Map.of(
                "memory.usage_in_bytes", "0\n", "memory.limit_in_bytes", "9223372036854771712\n",
                "memory.memsw.limit_in_bytes", "9223372036854771712\n", "memory.max_usage_in_bytes", "5\n",
                "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n"));
        Cgroup cgroup = new Cgroup(List.of(new Hierarchy(folder, false, EnumSet.of(Controller.MEMORY))));

        cgroup.limit(LIMITS, 2);

        assertThat(read("memory.limit_in_bytes")).isEqualTo("67108864");
        assertThat(read("memory.memsw.limit_in_bytes")).isEqualTo("67108864");
        assertThat(cgroup.evidence().oomKilled()).as("that was an earlier run's").isFalse();
        files(Map.of("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n"));
        assertThat(cgroup.evidence().oomKilled()).isTrue();
        assertThat(cgroup.evidence().cpuMillis()).isNull();
    }

    @Test
    void mounts_are_read_for_hosts_that_mix_the_versions() throws IOException {
        Path memory = Files.createDirectories(folder.resolve("memory/server"));
        Path unified = Files.createDirectories(folder.resolve("unified/slice/service"));
        Files.writeString(folder.resolve("unified/cgroup.controllers"), "cpuset cpu io pids hugetlb\n");
        Path mountinfo = Files.writeString(folder.resolve("mountinfo"), """
                31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
                41 31 0:38 / %1$s/unified rw,relatime - cgroup2 cgroup2 rw
                35 31 0:32 / %1$s/memory rw,relatime shared:9 - cgroup cgroup rw,memory
                36 31 0:33 / %1$s/freezer rw,relatime - cgroup cgroup rw,freezer
                """.formatted(folder));
        Path own = Files.writeString(folder.resolve("own"), "4:memory:/server\n1:name=systemd:/\n0::/slice/service\n");

        CgroupMounts mounts = CgroupMounts.read(mountinfo, own);

        assertThat(mounts.all()).containsExactly(
                new CgroupMounts.Mount(false, EnumSet.of(Controller.MEMORY), List.of(memory, folder.resolve("memory"))),
                new CgroupMounts.Mount(true, EnumSet.of(Controller.CPU, Controller.PIDS, Controller.CPUACCT),
                        List.of(unified, unified.getParent(), folder.resolve("unified"))));
    }

    @Test
    void in_a_container_the_path_outside_is_not_looked_for_inside() throws IOException {
        Path mountinfo = Files.writeString(folder.resolve("mountinfo"),
                "35 31 0:32 /docker/abc " + folder + " ro - cgroup cgroup rw,memory\n");
        Path own = Files.writeString(folder.resolve("own"), "4:memory:/docker/abc\n");
        assertThat(CgroupMounts.read(mountinfo, own).all().get(0).candidates()).containsExactly(folder);
    }
}
