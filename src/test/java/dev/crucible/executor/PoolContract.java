package dev.crucible.executor;

import static dev.crucible.executor.Programs.bash;
import static dev.crucible.executor.Programs.python;
import static org.assertj.core.api.Assertions.assertThat;

import dev.crucible.executor.pool.PooledBox;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Reason;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jspecify.annotations.Nullable;

/** How many boxes an engine makes for the runs that it gets, on the real thing. */
public abstract class PoolContract {
    /** Beyond those that were in use at once, which are more than runs: a result is told before its box is tidied up. */
    private static final int HANDFUL = 5;

    private static final int TOGETHER = 4;
    private static final int COLD_RUNS = 20;

    @TempDir
    Path folder;

    private @Nullable ExecutorPart executor;
    private Witness engine;
    private Programs programs;

    protected abstract Engine engine(ExecutorConfig config, Languages languages);

    protected abstract int warmRuns();

    @AfterEach
    void stop() {
        if (executor != null) {
            executor.close();
        }
    }

    @Test
    void warm_runs_one_after_the_other_share_a_few_boxes() {
        start(true);

        for (int run = 0; run < warmRuns(); run++) {
            assertThat(programs.run(python("print(6 * 7)")).stdout()).isEqualTo("42\n");
        }

        assertThat(pool().built()).isLessThanOrEqualTo(pool().recentPeak() + HANDFUL);
        assertThat(pool().hits()).isGreaterThanOrEqualTo(warmRuns() - HANDFUL);
    }

    @Test
    void warm_runs_four_at_a_time_share_a_few_boxes() {
        start(true);
        Deque<EvaluationId> running = new ArrayDeque<>();

        for (int run = 0; run < warmRuns(); run++) {
            if (running.size() == TOGETHER) {
                assertThat(programs.await(running.remove()).result().reason()).isEqualTo(Reason.OK);
            }
            running.add(programs.start(bash("true")));
        }
        running.forEach(programs::await);

        assertThat(pool().built()).isLessThanOrEqualTo(pool().recentPeak() + HANDFUL);
    }

    @Test
    void a_cold_run_after_warm_ones_gets_a_box_that_has_served_nobody() {
        start(true);
        for (int run = 0; run < COLD_RUNS; run++) {
            programs.run(bash("true"));
        }
        engine.runsBefore.clear();

        for (int run = 0; run < COLD_RUNS; run++) {
            assertThat(programs.run(python("print(6 * 7)").cold()).stdout()).isEqualTo("42\n");
        }

        assertThat(engine.runsBefore).hasSize(COLD_RUNS).containsOnly(0);
        assertThat(engine.boxes).hasSizeGreaterThanOrEqualTo(COLD_RUNS);
    }

    @Test
    void without_warm_starts_there_is_no_pool_and_every_run_gets_a_box_of_its_own() {
        start(false);

        for (int run = 0; run < 3; run++) {
            assertThat(programs.run(bash("echo $((6 * 7))")).stdout()).isEqualTo("42\n");
        }

        assertThat(executor().engines().get(0).pool()).isNull();
        assertThat(engine.runsBefore).hasSize(3).containsOnly(0);
    }

    private void start(boolean warm) {
        ExecutorConfig config = new ExecutorConfig(
                folder, 8, null, "pool" + ProcessHandle.current().pid(), List.of(), ImagePull.NEVER, warm);
        Languages languages = Languages.load();
        engine = new Witness(engine(config, languages));
        executor = ExecutorModule.local(config, List.of(engine), languages, InstantSource.system());
        executor.start();
        EngineStatus status = executor.prove().get(0);
        assertThat(status.available()).as(status.detail()).isTrue();
        programs = new Programs(executor, engine.name());
    }

    private ExecutorPart executor() {
        if (executor == null) {
            throw new IllegalStateException("not started");
        }
        return executor;
    }

    private PoolFigures pool() {
        PoolFigures figures = executor().engines().get(0).pool();
        assertThat(figures).isNotNull();
        return figures;
    }

    /** The real engine; remembers how many runs the boxes that users' programs got had served before. */
    private static final class Witness implements Engine {
        private final Engine real;
        private final List<Integer> runsBefore = new ArrayList<>();
        private final Set<Box> boxes = ConcurrentHashMap.newKeySet();

        Witness(Engine real) {
            this.real = real;
        }

        @Override
        public String name() {
            return real.name();
        }

        @Override
        public EngineStatus probe() {
            return real.probe();
        }

        @Override
        public synchronized Box open(BoxSpec spec) {
            Box box = real.open(spec);
            if (!spec.ours()) {
                runsBefore.add(((PooledBox) box).runs());
                boxes.add(box);
            }
            return box;
        }

        @Override
        public void sweep() {
            real.sweep();
        }

        @Override
        public void heed(Patience patience) {
            real.heed(patience);
        }

        @Override
        public @Nullable PoolFigures pool() {
            return real.pool();
        }

        @Override
        public void close() {
            real.close();
        }
    }
}
