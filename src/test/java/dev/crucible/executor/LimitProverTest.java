package dev.crucible.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crucible.executor.sandbox.SandboxEngine;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Isolation;
import dev.crucible.kernel.evaluation.Limits;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jspecify.annotations.Nullable;

/** Against the real sandbox, with and without a wall that somebody has broken. */
class LimitProverTest {
    private static final Languages LANGUAGES = Languages.load();

    @TempDir
    Path folder;

    private SandboxEngine sandbox;
    private EngineStatus status;
    private final LimitProver prover = new LimitProver(LANGUAGES.all(), InstantSource.system(), new Patience());

    @BeforeEach
    void open() {
        sandbox = new SandboxEngine(
                new ExecutorConfig(folder, 2, null, "prover" + ProcessHandle.current().pid()), LANGUAGES);
        status = sandbox.probe();
        assertThat(status.available()).as(status.detail()).isTrue();
    }

    @AfterEach
    void close() {
        sandbox.close();
    }

    @Test
    void an_engine_as_it_should_be_holds_every_limit_and_the_proof_tells_what_was_tried() {
        List<LimitProof> proofs = prover.prove(sandbox, status);

        assertThat(proofs).hasSize(Wall.values().length)
                .allSatisfy(proof -> assertThat(proof.held()).as(proof.evidence()).isTrue());
        assertThat(proofs).allSatisfy(proof -> assertThat(proof.evidence()).startsWith("A program tried to "));
    }

    @Test
    void an_engine_that_lets_programs_have_more_processes_is_noticed() {
        List<LimitProof> proofs = prover.prove(new Broken(limits -> limits(limits, limits.memoryBytes(), 500)), status);

        assertThat(failed(proofs)).containsExactly("processes");
        assertThat(proofs).filteredOn(proof -> !proof.held()).singleElement()
                .satisfies(proof -> assertThat(proof.evidence()).contains("got 40 children where 12 processes are allowed"));
    }

    @Test
    void an_engine_that_lets_programs_have_more_memory_is_noticed() {
        List<LimitProof> proofs = prover.prove(new Broken(limits -> limits(limits, 1L << 30, limits.pids())), status);

        assertThat(failed(proofs)).containsExactly("memory");
    }

    @Test
    void a_wall_that_does_not_hold_is_tried_again_in_a_new_box_before_it_is_said_to_have_failed() {
        Broken broken = new Broken(limits -> limits(limits, limits.memoryBytes(), 500));
        broken.mended = 1;

        assertThat(failed(prover.prove(broken, status))).isEmpty();
        assertThat(broken.opened).hasSizeGreaterThan(1).allSatisfy(spec -> {
            assertThat(spec.ours()).isTrue();
            assertThat(spec.isolation()).isEqualTo(Isolation.COLD);
        });
    }

    @Test
    void an_engine_whose_boxes_do_not_open_is_not_said_to_have_failed() {
        Broken broken = new Broken(limits -> limits);
        broken.mended = -1;

        assertThatThrownBy(() -> prover.prove(broken, status)).isInstanceOf(PlatformException.class);
    }

    private static List<String> failed(List<LimitProof> proofs) {
        return proofs.stream().filter(proof -> !proof.held()).map(LimitProof::name).toList();
    }

    private static Limits limits(Limits usual, long memoryBytes, int pids) {
        return new Limits(
                usual.timeout(), usual.cpuTime(), memoryBytes, usual.cpuMillis(), usual.diskBytes(), usual.outputBytes(), pids);
    }

    /** The sandbox, but for the limits that it puts in force. */
    private final class Broken implements Engine {
        private final UnaryOperator<Limits> inForce;
        private final List<BoxSpec> opened = new ArrayList<>();
        /** From which box on it is as it should be; 0 for none, below for one that opens none. */
        private int mended;

        Broken(UnaryOperator<Limits> inForce) {
            this.inForce = inForce;
        }

        @Override
        public String name() {
            return sandbox.name();
        }

        @Override
        public EngineStatus probe() {
            return sandbox.probe();
        }

        @Override
        public Box open(BoxSpec spec) {
            if (mended < 0) {
                throw new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "no boxes today");
            }
            opened.add(spec);
            Box real = sandbox.open(spec);
            return mended > 0 && opened.size() > mended ? real : new BrokenBox(real, inForce);
        }

        @Override
        public void sweep() {
            sandbox.sweep();
        }

        @Override
        public void close() {}
    }

    private record BrokenBox(Box real, UnaryOperator<Limits> inForce) implements Box {
        @Override
        public OutputStream input() {
            return real.input();
        }

        @Override
        public InputStream output() {
            return real.output();
        }

        @Override
        public void begin(Limits limits) {
            real.begin(inForce.apply(limits));
        }

        @Override
        public Map<String, Long> rlimits() {
            return real.rlimits();
        }

        @Override
        public @Nullable Long cpuMillis() {
            return real.cpuMillis();
        }

        @Override
        public void kill() {
            real.kill();
        }

        @Override
        public Evidence evidence() {
            return real.evidence();
        }

        @Override
        public boolean awaitNext() {
            return real.awaitNext();
        }

        @Override
        public void release() {
            real.release();
        }

        @Override
        public void close() {
            real.close();
        }
    }
}
