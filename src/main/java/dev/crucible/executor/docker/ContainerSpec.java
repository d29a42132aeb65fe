package dev.crucible.executor.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.SELContext;
import com.github.dockerjava.api.model.Ulimit;
import com.github.dockerjava.api.model.Volume;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Every wall of a container, in one place.
 *
 * @param name the container's
 * @param supervisor the supervisor's file on this host
 */
record ContainerSpec(
        Flavour flavour,
        String instance,
        String name,
        Shape shape,
        int uid,
        Path supervisor) {
    static final String INSTANCE_LABEL = "dev.crucible.instance";
    static final String BOX_LABEL = "dev.crucible.box";
    static final String ENGINE_LABEL = "dev.crucible.engine";

    private static final String SUPERVISOR_PATH = "/crucible-supervisor";
    private static final String WORK = "/work";
    /** Docker accepts no less, and a runtime needs about as much to start the container at all. */
    private static final long LEAST_MEMORY = 16L << 20;

    private static final long CPU_PERIOD_MICROS = 100_000;
    private static final long LEAST_CPU_QUOTA_MICROS = 1_000;
    private static final long LEAST_INODES = 256;
    private static final long BYTES_PER_INODE = 4096;
    private static final long OPEN_FILES = 4096;

    CreateContainerCmd command(DockerClient docker) {
        return docker.createContainerCmd(shape.image())
                .withName(name)
                .withLabels(Map.of(
                        INSTANCE_LABEL, instance, BOX_LABEL, name, ENGINE_LABEL, flavour.engine()))
                .withEntrypoint(SUPERVISOR_PATH)
                .withCmd(List.of())
                .withUser(user())
                .withWorkingDir(WORK)
                .withHostName("sandbox")
                .withNetworkDisabled(true)
                .withAttachStdin(true)
                .withAttachStdout(true)
                .withAttachStderr(true)
                .withStdinOpen(true)
                .withStdInOnce(true)
                .withTty(false)
                .withStopTimeout(0)
                .withHostConfig(hostConfig());
    }

    private HostConfig hostConfig() {
        long memory = Math.max(shape.memoryBytes(), LEAST_MEMORY) + flavour.memoryOverhead();
        HostConfig host = HostConfig.newHostConfig()
                .withBinds(new Bind(
                        supervisor.toString(), new Volume(SUPERVISOR_PATH), AccessMode.ro, SELContext.shared))
                .withTmpFs(Map.of(WORK, tmpfs("0755"), "/tmp", tmpfs("1777")))
                .withShmSize(shape.diskBytes())
                .withReadonlyRootfs(true)
                .withNetworkMode("none")
                // The host's own servers are none of the guest's business, not even their names.
                .withDns("127.0.0.1")
                .withDnsSearch(".")
                .withIpcMode("private")
                .withCgroupnsMode("private")
                .withPrivileged(false)
                .withCapDrop(Capability.ALL)
                .withCapAdd(flavour.supervisorCapabilities())
                .withSecurityOpts(List.of("no-new-privileges"))
                .withMemory(memory)
                .withMemorySwap(memory)
                .withPidsLimit(flavour.hostTasks(shape.pids()))
                .withCpuPeriod(CPU_PERIOD_MICROS)
                .withCpuQuota(Math.max(LEAST_CPU_QUOTA_MICROS, shape.cpuMillis() * CPU_PERIOD_MICROS / 1000))
                .withUlimits(List.of(
                        new Ulimit("nofile", OPEN_FILES, OPEN_FILES), new Ulimit("core", 0L, 0L)))
                .withOomScoreAdj(flavour.oomScore())
                .withLogConfig(new LogConfig(LogConfig.LoggingType.NONE))
                // The supervisor is pid 1, and who removes the container wants to look at it first.
                .withInit(false)
                .withAutoRemove(false);
        return flavour.runtime() == null ? host : host.withRuntime(flavour.runtime());
    }

    private String user() {
        int user = flavour.ownKernel() ? 0 : uid;
        return user + ":" + user;
    }

    private String tmpfs(String mode) {
        long inodes = Math.max(LEAST_INODES, shape.diskBytes() / BYTES_PER_INODE);
        return "rw,exec,nosuid,nodev,size=" + shape.diskBytes() + ",nr_inodes=" + inodes + ",mode=" + mode + ",uid="
                + uid + ",gid=" + uid;
    }
}
