package dev.crucible.executor.docker;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
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
import dev.crucible.executor.SeccompFilter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Every wall of a container, in one place.
 *
 * @param name the container's
 * @param runtime the folder on this host with the supervisor and what belongs to it
 * @param namespaces whether the supervisor is to make namespaces for each run
 */
record ContainerSpec(
        Flavour flavour,
        String instance,
        String name,
        Shape shape,
        int uid,
        Path runtime,
        boolean namespaces) {
    static final String INSTANCE_LABEL = "dev.crucible.instance";
    static final String BOX_LABEL = "dev.crucible.box";
    static final String ENGINE_LABEL = "dev.crucible.engine";

    private static final String RUNTIME_PATH = "/crucible";
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
                .withEntrypoint(RUNTIME_PATH + "/supervisor")
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

    /** The share of CPU of a container that may use every processor. */
    static long wholeMachine() {
        return Runtime.getRuntime().availableProcessors() * CPU_PERIOD_MICROS;
    }

    private HostConfig hostConfig() {
        long memory = Math.max(shape.memoryBytes(), LEAST_MEMORY) + flavour.memoryOverhead(shape.pids());
        HostConfig host = new OpenProc(flavour, namespaces)
                .withBinds(new Bind(
                        runtime.toString(), new Volume(RUNTIME_PATH), AccessMode.ro, SELContext.shared))
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
                .withCapAdd(flavour.supervisorCapabilities(namespaces))
                .withSecurityOpts(securityOptions())
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
        int user = flavour.rootSupervisor(namespaces) ? 0 : uid;
        return user + ":" + user;
    }

    /** Who makes namespaces mounts in them, which the engine's own profiles forbid; the filter of each run forbids it again. */
    private List<String> securityOptions() {
        return flavour.ownKernel() || !namespaces
                ? List.of("no-new-privileges")
                : List.of("no-new-privileges", "apparmor=unconfined", "seccomp=" + SeccompFilter.containerProfile());
    }

    /**
     * The kernel lets nobody mount a {@code /proc} who has not all of it before. Where each run has its own, with the same
     * places hidden again by the supervisor, the container's is therefore whole; only the supervisor ever sees that one.
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private static final class OpenProc extends HostConfig {
        @JsonProperty("MaskedPaths")
        private final @Nullable List<String> maskedPaths;

        @JsonProperty("ReadonlyPaths")
        private final @Nullable List<String> readonlyPaths;

        OpenProc(Flavour flavour, boolean namespaces) {
            boolean open = namespaces && !flavour.ownKernel();
            this.maskedPaths = open ? List.of() : null;
            this.readonlyPaths = open ? List.of() : null;
        }
    }

    private String tmpfs(String mode) {
        long inodes = Math.max(LEAST_INODES, shape.diskBytes() / BYTES_PER_INODE);
        return "rw,exec,nosuid,nodev,size=" + shape.diskBytes() + ",nr_inodes=" + inodes + ",mode=" + mode + ",uid="
                + uid + ",gid=" + uid;
    }
}
