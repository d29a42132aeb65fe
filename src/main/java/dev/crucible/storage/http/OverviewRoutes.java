package dev.crucible.storage.http;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.CapturedOutput;
import dev.crucible.platform.http.Parameters;
import dev.crucible.platform.http.Route;
import dev.crucible.platform.http.WireBody;
import dev.crucible.storage.EvaluationStore;
import dev.crucible.storage.OutputStore;
import dev.crucible.storage.Statistics;
import io.javalin.http.Context;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** What the service keeps, and how it is. */
final class OverviewRoutes {
    private static final String TAG = "storage";
    private static final String RECORDS = "database";
    private static final String OUTPUTS = "files";
    private static final double NANOS_PER_MILLI = 1e6;

    private final String version;
    private final EvaluationStore store;
    private final OutputStore outputs;
    private final InstantSource clock;

    OverviewRoutes(String version, EvaluationStore store, OutputStore outputs, InstantSource clock) {
        this.version = version;
        this.store = store;
        this.outputs = outputs;
        this.clock = clock;
    }

    /** Open to whoever asks: it tells nothing but whether the service works. */
    Route health() {
        return Route.get("/health", "health", "Whether the service can keep and find records", this::health)
                .answers(200, "It can", StorageAnswers.Health.class)
                .answers(503, "It cannot, and why", StorageAnswers.Health.class);
    }

    List<Route> routes() {
        return List.of(
                Route.get("/storage-info", TAG, "What the service is made of", this::info)
                        .answers(200, "Its back ends and bounds", StorageAnswers.Info.class),
                Route.get("/statistics", TAG, "Figures over evaluations", this::statistics)
                        .query("since", "string", "Created at or after this time")
                        .answers(200, "The figures", StorageAnswers.StatisticsView.class),
                Route.get("/storage/overview", TAG, "How much each back end keeps", this::overview)
                        .answers(200, "The back ends", StorageAnswers.Overview.class),
                Route.get("/storage/{backend}/details", TAG, "One back end", this::details)
                        .pathParameter("backend", "A name out of the overview")
                        .answers(200, "How it is and how much it keeps", StorageAnswers.Backend.class));
    }

    private void health(Context ctx) {
        try {
            Duration took = store.check();
            WireBody.answer(ctx, new StorageAnswers.Health(
                    "healthy", "storage", version, clock.instant(), millis(took), null));
        } catch (PlatformException e) {
            WireBody.answer(ctx, 503, new StorageAnswers.Health(
                    "unhealthy", "storage", version, clock.instant(), null, e.getMessage()));
        }
    }

    private void info(Context ctx) {
        WireBody.answer(ctx, new StorageAnswers.Info(
                "storage", version, List.of(RECORDS, OUTPUTS), Bounds.OUTPUT_BYTES, CapturedOutput.INLINE_BYTES));
    }

    private void statistics(Context ctx) {
        WireBody.answer(ctx, StorageViews.statistics(
                store.statistics(Parameters.time(ctx, "since")), outputs.totalBytes()));
    }

    private void overview(Context ctx) {
        WireBody.answer(ctx, new StorageAnswers.Overview(List.of(records(), files()), clock.instant()));
    }

    private void details(Context ctx) {
        WireBody.answer(ctx, switch (ctx.pathParam("backend")) {
            case RECORDS -> records();
            case OUTPUTS -> files();
            default -> throw new PlatformException(
                    ErrorCode.NOT_FOUND, "There is no such back end; there are " + RECORDS + " and " + OUTPUTS + ".");
        });
    }

    private StorageAnswers.Backend records() {
        try {
            double latency = millis(store.check());
            Statistics figures = store.statistics(null);
            return new StorageAnswers.Backend(
                    RECORDS, "records, timelines and results", true, latency, figures.totalEvaluations(), null,
                    figures.byStatus(), null);
        } catch (PlatformException e) {
            return new StorageAnswers.Backend(
                    RECORDS, "records, timelines and results", false, null, null, null, null, e.getMessage());
        }
    }

    private StorageAnswers.Backend files() {
        return new StorageAnswers.Backend(
                OUTPUTS, "outputs beyond " + CapturedOutput.INLINE_BYTES + " bytes, and artifacts", true, null, null,
                outputs.totalBytes(), null, null);
    }

    private static double millis(Duration duration) {
        return duration.toNanos() / NANOS_PER_MILLI;
    }
}
