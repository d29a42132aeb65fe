package dev.crucible.executor.http;

import dev.crucible.executor.CodeExecutor;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.EngineStatus.LanguageStatus;
import dev.crucible.executor.Language;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.platform.concurrent.Threads;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One executor of a fleet, and what was last heard from it. Looked at every second, so that nobody waits for a look. */
final class FleetMember implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FleetMember.class);
    private static final Duration FIRST_LOOK = Duration.ofSeconds(3);
    private static final long LOOK_EVERY_MILLIS = 1_000;

    private final String name;
    private final CodeExecutor executor;
    private final ScheduledExecutorService looks = Threads.scheduler("executor-member");
    private final CountDownLatch looked = new CountDownLatch(1);
    private volatile View view = new View(List.of(), List.of(), "It was not asked yet.");

    /**
     * What is known of a member.
     *
     * @param engines as they were when it was last reached
     * @param missing why it cannot be reached, or null when it can
     */
    record View(List<EngineStatus> engines, List<Language> languages, @Nullable String missing) {
        boolean reached() {
            return missing == null;
        }

        /** Whether it could run this when it was last reached. */
        boolean couldRun(Submission submission) {
            return engines.stream().anyMatch(engine -> engine.name().equals(submission.engine()) && engine.available()
                    && speaks(engine, submission.language()));
        }

        private static boolean speaks(EngineStatus engine, String language) {
            LanguageStatus status = engine.languages().get(language);
            return status != null && status.available();
        }
    }

    FleetMember(String name, CodeExecutor executor) {
        this.name = name;
        this.executor = executor;
    }

    String name() {
        return name;
    }

    CodeExecutor executor() {
        return executor;
    }

    void start() {
        looks.scheduleWithFixedDelay(this::look, 0, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** What is known now; at the very beginning a moment passes before there is anything. */
    View view() {
        try {
            boolean unused = looked.await(FIRST_LOOK.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return view;
    }

    private void look() {
        View before = view;
        try {
            view = new View(executor.engines(), executor.languages(), null);
            if (!before.reached() && looked.getCount() == 0) {
                LOG.atInfo().addKeyValue("executor", name).log("An executor can be reached again");
            }
        } catch (RuntimeException e) {
            view = new View(before.engines(), before.languages(), String.valueOf(e.getMessage()));
            if (before.reached() || looked.getCount() > 0) {
                LOG.atWarn().addKeyValue("executor", name).addKeyValue("detail", e.getMessage())
                        .log("An executor cannot be reached; the others go on without it");
            }
        } finally {
            looked.countDown();
        }
    }

    @Override
    public void close() {
        looks.shutdownNow();
        if (executor instanceof AutoCloseable remote) {
            try {
                remote.close();
            } catch (Exception e) {
                throw new IllegalStateException("the executor " + name + " did not close", e);
            }
        }
    }
}
