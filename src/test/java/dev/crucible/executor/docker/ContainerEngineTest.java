package dev.crucible.executor.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import dev.crucible.executor.Box;
import dev.crucible.executor.BoxProbe;
import dev.crucible.executor.BoxSpec;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.Language;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds for the containers themselves; what holds for runs in them is {@code EngineContract}'s. */
@Tag("docker")
@Timeout(120)
class ContainerEngineTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String INSTANCE = "enginetest" + ProcessHandle.current().pid();

    @TempDir
    private Path folder;

    private DockerClient docker;

    @BeforeEach
    void connect() {
        docker = TestDocker.client();
    }

    @AfterEach
    void disconnect() throws IOException {
        docker.close();
    }

    @ParameterizedTest
    @EnumSource
    void every_wall_is_there_before_the_supervisor_starts(Flavour flavour) {
        Limits limits = limits(128L << 20, 500, 8L << 20, 20);
        try (ContainerEngine engine = engine(flavour); Box box = engine.open(spec(limits))) {
            InspectContainerResponse container = docker.inspectContainerCmd(containers().get(0).getId()).exec();
            HostConfig host = container.getHostConfig();

            assertThat(container.getConfig().getUser()).matches(flavour == Flavour.DOCKER ? "62\\d{3}:62\\d{3}" : "0:0");
            assertThat(container.getConfig().getHostName()).isEqualTo("sandbox");
            assertThat(container.getConfig().getNetworkDisabled()).isTrue();
            assertThat(host.getNetworkMode()).isEqualTo("none");
            assertThat(host.getReadonlyRootfs()).isTrue();
            assertThat(host.getPrivileged()).isFalse();
            assertThat(host.getCapDrop()).containsExactly(Capability.ALL);
            assertThat(host.getSecurityOpts()).containsExactly("no-new-privileges");
            assertThat(host.getMemory()).isEqualTo((128L << 20) + flavour.memoryOverhead());
            assertThat(host.getMemorySwap()).isEqualTo(host.getMemory());
            assertThat(host.getCpuQuota() * 1.0 / host.getCpuPeriod()).isEqualTo(0.5);
            assertThat(host.getPidsLimit()).isEqualTo(flavour.hostTasks(20));
            assertThat(host.getTmpFs().get("/work")).contains("size=8388608", "nosuid", "nodev", "nr_inodes=2048");
            assertThat(host.getTmpFs().get("/tmp")).contains("size=8388608", "nosuid", "nodev");
            assertThat(host.getLogConfig().getType()).isEqualTo(LogConfig.LoggingType.NONE);
            assertThat(host.getIpcMode()).isEqualTo("private");
            assertThat(host.getAutoRemove()).isFalse();
            assertThat(host.getInit()).isFalse();
            assertThat(host.getBinds()).singleElement().satisfies(bind ->
                    assertThat(bind.toString()).endsWith(":/crucible-supervisor:ro,z"));
            assertThat(box.rlimits().containsKey("nproc")).isEqualTo(flavour == Flavour.GVISOR);
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothing_is_left_when_the_engine_closes(Flavour flavour) {
        try (ContainerEngine engine = engine(flavour)) {
            engine.open(spec(Limits.DEFAULTS));
            assertThat(BoxProbe.run(engine, "run", TestDocker.PYTHON).success()).isTrue();
            await().atMost(SOON).until(() -> containers().size() > 1);
        }
        assertThat(containers()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void a_run_finds_a_container_made_ahead_for_its_limits_and_none_is_used_twice(Flavour flavour) {
        try (ContainerEngine engine = engine(flavour)) {
            Box first = engine.open(spec(Limits.DEFAULTS));
            await().atMost(SOON).until(() -> containers().size() == 5);

            Box second = engine.open(spec(Limits.DEFAULTS));
            Box third = engine.open(spec(Limits.DEFAULTS));

            assertThat(List.of(first, second, third).stream().map(box -> ((ContainerBox) box).id()))
                    .doesNotHaveDuplicates();
            assertThat(List.of(second, third)).allSatisfy(box -> assertThat(box.output().read()).isEqualTo('R'));
        }
        assertThat(containers()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void other_limits_never_get_a_container_made_for_these(Flavour flavour) {
        try (ContainerEngine engine = engine(flavour)) {
            engine.open(spec(Limits.DEFAULTS)).close();
            await().atMost(SOON).until(() -> containers().size() >= 4);

            try (Box box = engine.open(spec(limits(64L << 20, 1000, 8L << 20, 20)))) {
                HostConfig host = docker.inspectContainerCmd(((ContainerBox) box).id()).exec().getHostConfig();
                assertThat(host.getMemory()).isEqualTo((64L << 20) + flavour.memoryOverhead());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_killed_box_ends_its_stream_at_once(Flavour flavour) throws IOException {
        try (ContainerEngine engine = engine(flavour); Box box = engine.open(spec(Limits.DEFAULTS))) {
            assertThat(box.output().read()).isEqualTo('R');

            box.kill();
            box.kill();

            box.output().readAllBytes();
            assertThat(box.evidence().oomKilled()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_sweep_removes_what_a_predecessor_left_and_nothing_of_anybody_else(Flavour flavour) throws IOException {
        try (ContainerEngine stranger = TestDocker.engine(flavour, TestDocker.config(folder, INSTANCE + "x"));
                Box theirs = stranger.open(spec(Limits.DEFAULTS))) {
            String left = left(flavour);

            try (ContainerEngine engine = engine(flavour); Box mine = engine.open(spec(Limits.DEFAULTS))) {
                engine.sweep();

                await().atMost(SOON).until(() -> containers().stream().noneMatch(each -> each.getId().equals(left)));
                assertThat(mine.output().read()).isEqualTo('R');
                assertThat(theirs.output().read()).isEqualTo('R');
            }
        }
    }

    @Test
    void a_language_whose_image_is_missing_says_how_to_get_it_and_nothing_is_pulled() {
        Language own = language("own", "crucible/absent:1");
        Language foreign = language("foreign", "example.invalid/absent:1");
        Language none = language("none", null);
        ExecutorConfig config = TestDocker.config(folder, INSTANCE);
        try (ContainerEngine engine = ContainerEngine.docker(config, List.of(TestDocker.PYTHON, own, foreign, none))) {
            EngineStatus status = engine.probe();

            assertThat(status.available()).isTrue();
            assertThat(status.version()).startsWith("Docker ");
            assertThat(status.languages().get("python").available()).isTrue();
            assertThat(status.languages().get("python").version()).startsWith("3.");
            assertThat(status.languages().get("own").detail()).contains("crucible/absent:1 is not there");
            assertThat(status.languages().get("own").remedy())
                    .contains("FROM debian:bookworm-slim", "some-package", "build --tag crucible/absent:1 -");
            assertThat(status.languages().get("foreign").remedy()).endsWith("pull example.invalid/absent:1");
            assertThat(status.languages().get("none").available()).isFalse();
            assertThatThrownBy(() -> engine.open(new BoxSpec("b", own, Limits.DEFAULTS)))
                    .isInstanceOfSatisfying(PlatformException.class, e ->
                            assertThat(e.code()).isEqualTo(ErrorCode.EXECUTOR_UNAVAILABLE));
        }
        assertThat(containers()).isEmpty();
    }

    @Test
    void gvisor_says_its_version() {
        try (ContainerEngine engine = engine(Flavour.GVISOR)) {
            EngineStatus status = engine.probe();

            assertThat(status.available()).as(status.detail()).isTrue();
            assertThat(status.version()).matches("runsc .*\\d.* on Docker .*");
            assertThat(status.remedy()).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void without_a_docker_engine_it_says_what_to_type(Flavour flavour) {
        ExecutorConfig config = new ExecutorConfig(folder, 2, "unix://" + folder.resolve("absent.sock"), INSTANCE);
        try (ContainerEngine engine = TestDocker.engine(flavour, config)) {
            engine.sweep();
            EngineStatus status = engine.probe();

            assertThat(status.available()).isFalse();
            assertThat(status.detail()).contains("No Docker engine listens at", "absent.sock");
            assertThat(status.remedy()).contains("apt-get install -y docker.io");
        }
    }

    @ParameterizedTest
    @EnumSource
    void an_engine_elsewhere_is_refused_with_the_reason(Flavour flavour) {
        ExecutorConfig config = new ExecutorConfig(folder, 2, "tcp://127.0.0.1:2375", INSTANCE);
        try (ContainerEngine engine = TestDocker.engine(flavour, config)) {
            assertThat(engine.probe().available()).isFalse();
            assertThat(engine.probe().detail()).contains("tcp://");
        }
    }

    /** A container as a crashed server of this instance leaves it: running, and of another naming era. */
    private String left(Flavour flavour) {
        String id = docker.createContainerCmd(TestDocker.IMAGE)
                .withLabels(Map.of(
                        ContainerSpec.INSTANCE_LABEL, INSTANCE, ContainerSpec.ENGINE_LABEL, flavour.engine()))
                .withNetworkDisabled(true)
                .withHostConfig(HostConfig.newHostConfig().withNetworkMode("none"))
                .withCmd("sleep", "600").exec().getId();
        docker.startContainerCmd(id).exec();
        return id;
    }

    private ContainerEngine engine(Flavour flavour) {
        return TestDocker.engine(flavour, TestDocker.config(folder, INSTANCE));
    }

    private List<Container> containers() {
        return docker.listContainersCmd().withShowAll(true)
                .withLabelFilter(Map.of(ContainerSpec.INSTANCE_LABEL, INSTANCE)).exec();
    }

    private static BoxSpec spec(Limits limits) {
        return new BoxSpec("box", TestDocker.PYTHON, limits);
    }

    private static Limits limits(long memory, int cpuMillis, long disk, int pids) {
        return new Limits(Duration.ofSeconds(10), Duration.ofSeconds(10), memory, cpuMillis, disk, 1 << 20, pids);
    }

    private static Language language(String name, String image) {
        return new Language(
                name, name, List.of(), "main", List.of("true"), List.of("true"), image, Map.of("apt", "some-package"), "");
    }
}
