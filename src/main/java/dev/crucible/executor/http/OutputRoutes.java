package dev.crucible.executor.http;

import dev.crucible.executor.CodeExecutor;
import dev.crucible.executor.ExecutionPhase;
import dev.crucible.executor.Progress;
import dev.crucible.executor.RunResult;
import dev.crucible.executor.http.ExecutorAnswers.Logs;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.Utf8;
import dev.crucible.platform.concurrent.Threads;
import dev.crucible.platform.http.Parameters;
import dev.crucible.platform.http.Route;
import dev.crucible.platform.http.WireBody;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;

/** The routes that tell what an execution has written: as text for people, as bytes for our own client. */
final class OutputRoutes implements AutoCloseable {
    static final Duration MAX_WAIT = Duration.ofSeconds(20);

    /** One more is answered at once. */
    private static final int WAITING = 512;

    private static final long END = Long.MAX_VALUE;

    private final CodeExecutor executor;
    private final Holdings holdings;
    private final Semaphore places = new Semaphore(WAITING);
    private final ExecutorService waiting = Threads.perTask("executor-wait");

    OutputRoutes(CodeExecutor executor, Holdings holdings) {
        this.executor = executor;
        this.holdings = holdings;
    }

    List<Route> routes() {
        return List.of(
                offsets(Route.get("/logs/{id}", "executions", "What it has written, as text", this::logs))
                        .answers(200, "At most 64 KiB of each stream", Logs.class),
                offsets(Route.get("/executions/{id}/progress", "executions", "What it has written, as bytes, and how it ended", this::progress))
                        .query("wait", "number", "Hold the answer up to so many seconds (at most 20) until there is news")
                        .answers(200, "At most 64 KiB of each stream, in base64 in JSON; the result once both are read to their ends",
                                Progress.class));
    }

    private static Route offsets(Route route) {
        return route.pathParameter("id", "The evaluation's id")
                .query("after_stdout", "integer", "Leave out so many bytes of standard output")
                .query("after_stderr", "integer", "Leave out so many bytes of standard error");
    }

    private static long after(Context ctx, String name) {
        return Parameters.whole(ctx, name, 0, 0, END);
    }

    private void progress(Context ctx) {
        EvaluationId id = Query.id(ctx);
        long stdout = after(ctx, "after_stdout");
        long stderr = after(ctx, "after_stderr");
        Duration wait = Parameters.seconds(ctx, "wait", MAX_WAIT);
        holdings.asked(id);
        if (wait.isZero() || !places.tryAcquire()) {
            WireBody.answer(ctx, executor.progress(id, stdout, stderr, Duration.ZERO));
        } else {
            ctx.future(() -> CompletableFuture.supplyAsync(() -> await(id, stdout, stderr, wait), waiting)
                    .thenAccept(news -> WireBody.answer(ctx, news)));
        }
    }

    /** On a thread of its own, since those that take requests are few. */
    private Progress await(EvaluationId id, long stdout, long stderr, Duration wait) {
        try {
            return executor.progress(id, stdout, stderr, wait);
        } finally {
            places.release();
            holdings.asked(id);
        }
    }

    private void logs(Context ctx) {
        EvaluationId id = Query.id(ctx);
        long stdout = after(ctx, "after_stdout");
        long stderr = after(ctx, "after_stderr");
        holdings.asked(id);
        Progress news = executor.progress(id, stdout, stderr, Duration.ZERO);
        boolean more = news.result() == null;
        int out = news.stdout().length - (more ? Utf8.unfinished(news.stdout()) : 0);
        int err = news.stderr().length - (more ? Utf8.unfinished(news.stderr()) : 0);
        boolean running = news.phase() != ExecutionPhase.ENDED;
        RunResult result = running || !more ? news.result() : executor.progress(id, END, END, Duration.ZERO).result();
        WireBody.answer(ctx, new Logs(
                id.value(), text(news.stdout(), out), text(news.stderr(), err), running,
                result == null ? null : result.exitCode(),
                result == null ? ExecutorAnswers.word(news.phase()) : result.reason().status().wire(),
                result == null ? null : result.reason().wire(), result == null ? null : result.usage().wallMillis(),
                stdout + out, stderr + err));
    }

    private static String text(byte[] bytes, int length) {
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        waiting.shutdownNow();
    }
}
