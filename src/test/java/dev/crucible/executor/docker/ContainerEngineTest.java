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
import dev.crucible.executor.GuestUids;
import dev.crucible.executor.ImagePull;
import dev.crucible.executor.Language;
import dev.crucible.executor.SeccompFilter;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Isolation;
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
    /** Of the engine's block, and the test's engine makes one container. */
    private static final int FIRST_UID = GuestUids.DOCKER.first(INSTANCE, false);

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
            InspectContainerResponse container = docker.inspectContainerCmd(((ContainerBox) box).id()).exec();
            HostConfig host = container.getHostConfig();

            assertThat(container.getConfig().getUser()).isEqualTo(flavour == Flavour.DOCKER ? FIRST_UID + ":" + FIRST_UID : "0:0");
            assertThat(container.getConfig().getHostName()).isEqualTo("sandbox");
            assertThat(container.getConfig().getNetworkDisabled()).isTrue();
            assertThat(host.getNetworkMode()).isEqualTo("none");
            assertThat(host.getReadonlyRootfs()).isTrue();
            assertThat(host.getPrivileged()).isFalse();
            assertThat(host.getCapDrop()).containsExactly(Capability.ALL);
            // The supervisor of a shared kernel makes namespaces and mounts, and puts a stricter filter on each run.
            assertThat(host.getSecurityOpts()).containsExactlyElementsOf(flavour == Flavour.GVISOR
                    ? List.of("no-new-privileges")
                    : List.of("no-new-privileges", "apparmor=unconfined", "seccomp=" + SeccompFilter.containerProfile()));
            assertThat(host.getMemory()).isEqualTo((128L << 20) + flavour.memoryOverhead(20));
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
                    assertThat(bind.toString()).endsWith(":/crucible:ro,z"));
            assertThat(box.rlimits().containsKey("nproc")).isEqualTo(flavour == Flavour.GVISOR);
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothing_is_left_when_the_engine_closes(Flavour flavour) {
        try (ContainerEngine engine = engine(flavour)) {
            engine.open(spec(Limits.DEFAULTS));
            assertThat(BoxProbe.run(engine, "run", TestDocker.PYTHON).success()).isTrue();
            await().atMost(SOON).until(() -> engine.pool().ready() == 1);
        }
        assertThat(containers()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void a_run_finds_a_container_made_ahead_for_its_limits_and_none_is_given_to_two(Flavour flavour) {
        try (ContainerEngine engine = engine(flavour)) {
            Box first = engine.open(spec(Limits.DEFAULTS));
            await().atMost(SOON).until(() -> engine.pool().ready() == 1);
            Box second = engine.open(spec(Limits.DEFAULTS));
            await().atMost(SOON).until(() -> engine.pool().ready() == 1);
            Box third = engine.open(spec(Limits.DEFAULTS));

            assertThat(engine.pool().hits()).isEqualTo(2);
            assertThat(List.of(first, second, third).stream().map(box -> ((ContainerBox) box).id()))
                    .doesNotHaveDuplicates();
            assertThat(List.of(second, third)).allSatisfy(box -> assertThat(((ContainerBox) box).runs()).isZero());
        }
        assertThat(containers()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void other_limits_never_get_a_container_made_for_these(Flavour flavour) {
        try (ContainerEngine engine = engine(flavour)) {
            engine.open(spec(Limits.DEFAULTS)).close();
            await().atMost(SOON).until(() -> engine.pool().ready() == 2);

            try (Box box = engine.open(spec(limits(64L << 20, 1000, 8L << 20, 20)))) {
                HostConfig host = docker.inspectContainerCmd(((ContainerBox) box).id()).exec().getHostConfig();
                assertThat(host.getMemory()).isEqualTo((64L << 20) + flavour.memoryOverhead(20));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_killed_box_ends_its_stream_at_once(Flavour flavour) throws IOException {
        try (ContainerEngine engine = engine(flavour); Box box = engine.open(spec(Limits.DEFAULTS))) {
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
                String later = left(flavour);
                engine.sweep();

                await().atMost(SOON).until(() -> containers().stream().noneMatch(each -> each.getId().equals(later)));
                assertThat(List.of(mine, theirs)).allSatisfy(box -> assertThat(
                        docker.inspectContainerCmd(((ContainerBox) box).id()).exec().getState().getRunning()).isTrue());
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
            assertThatThrownBy(() -> engine.open(new BoxSpec("b", own, Limits.DEFAULTS, Isolation.WARM)))
                    .isInstanceOfSatisfying(PlatformException.class, e ->
                            assertThat(e.code()).isEqualTo(ErrorCode.EXECUTOR_UNAVAILABLE));
        }
        assertThat(containers()).isEmpty();
    }

    @Test
    void containers_are_made_from_the_image_that_was_looked_at_and_the_status_says_which() {
        String id = docker.inspectImageCmd(TestDocker.IMAGE).exec().getId();
        try (ContainerEngine engine = engine(Flavour.DOCKER)) {
            assertThat(engine.probe().detail()).contains(TestDocker.IMAGE + " = " + id.substring(0, 19));
            try (Box box = engine.open(spec(Limits.DEFAULTS))) {
                assertThat(docker.inspectContainerCmd(((ContainerBox) box).id()).exec().getConfig().getImage())
                        .isEqualTo(id);
            }
        }
    }

    @Test
    void an_image_that_no_language_lists_never_runs() {
        try (ContainerEngine engine = ContainerEngine.docker(TestDocker.config(folder, INSTANCE), List.of())) {
            assertThatThrownBy(() -> engine.open(spec(Limits.DEFAULTS)))
                    .isInstanceOf(PlatformException.class)
                    .hasMessageContaining("is not one that the registry of languages lists");
        }
        assertThat(containers()).isEmpty();
    }

    @Test
    void a_pinned_image_is_used_only_when_it_has_that_digest() {
        String id = docker.inspectImageCmd(TestDocker.IMAGE).exec().getId();
        Language right = language("right", "crucible/base@" + id);
        Language wrong = language("wrong", "crucible/base@sha256:" + "0".repeat(64));
        Language other = language("other", "crucible/other@" + id);
        ExecutorConfig config = TestDocker.config(folder, INSTANCE);
        try (ContainerEngine engine = ContainerEngine.docker(config, List.of(right, wrong, other))) {
            EngineStatus status = engine.probe();

            assertThat(status.languages().get("right").detail()).isNull();
            assertThat(status.languages().get("wrong").detail()).contains("is not there");
            assertThat(status.languages().get("other").detail()).contains("is not there");
        }
    }

    @Test
    void an_image_that_cannot_be_pulled_says_why() {
        Language foreign = language("foreign", "127.0.0.1:1/absent:1");
        Language own = language("own", "crucible/absent:1");
        ExecutorConfig usual = TestDocker.config(folder, INSTANCE);
        ExecutorConfig config = new ExecutorConfig(
                folder, 2, usual.dockerHost(), INSTANCE, List.of(), ImagePull.MISSING, true);
        try (ContainerEngine engine = ContainerEngine.docker(config, List.of(foreign, own))) {
            EngineStatus status = engine.probe();

            assertThat(status.languages().get("foreign").detail())
                    .contains("127.0.0.1:1/absent:1 is not there and could not be pulled", "refused");
            assertThat(status.languages().get("own").detail()).isEqualTo("The image crucible/absent:1 is not there.");
        }
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
        return new BoxSpec("box", TestDocker.PYTHON, limits, Isolation.WARM);
    }

    private static Limits limits(long memory, int cpuMillis, long disk, int pids) {
        return new Limits(Duration.ofSeconds(10), Duration.ofSeconds(10), memory, cpuMillis, disk, 1 << 20, pids);
    }

    private static Language language(String name, String image) {
        return new Language(
                name, name, List.of(), "main", List.of(), List.of("true"), List.of("true"), image,
                Map.of("apt", "some-package"), "", false);
    }
}
