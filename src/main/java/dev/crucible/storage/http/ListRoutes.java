package dev.crucible.storage.http;

import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.platform.http.Parameters;
import dev.crucible.platform.http.Route;
import dev.crucible.platform.http.WireBody;
import dev.crucible.storage.EvaluationQuery;
import dev.crucible.storage.EvaluationStore;
import io.javalin.http.Context;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Lists of evaluations, newest first. */
final class ListRoutes {
    private static final String TAG = "evaluations";
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;

    private final EvaluationStore store;

    ListRoutes(EvaluationStore store) {
        this.store = store;
    }

    /** To stand before the routes of one evaluation, of which {@code running} would be an id. */
    List<Route> routes() {
        return List.of(
                paged(Route.get("/evaluations", TAG, "List evaluations, newest first", this::list))
                        .query("status", "string", "One or several by comma; submitted is queued")
                        .query("language", "string", "A language's name")
                        .query("engine", "string", "An engine's name")
                        .query("priority", "integer", "0 to 10")
                        .query("tag", "string", "name:value; several times for several tags")
                        .query("submitter", "string", "Whose evaluations")
                        .query("since", "string", "Created at or after this time")
                        .query("until", "string", "Created before this time")
                        .query("q", "string", "Part of the id or of the code's first 200 characters"),
                paged(Route.get("/evaluations/running", TAG, "Evaluations that a worker has", this::running)));
    }

    private static Route paged(Route route) {
        return route.query("limit", "integer", "1 to 1000, 100 by default")
                .query("cursor", "string", "Where the page before ended: its next_cursor")
                .query("offset", "integer", "How many to pass over; not with a cursor")
                .answers(200, "A page", StorageAnswers.Page.class);
    }

    private void running(Context ctx) {
        answer(ctx, EnumSet.of(EvaluationStatus.PROVISIONING, EvaluationStatus.RUNNING));
    }

    private void list(Context ctx) {
        answer(ctx, statuses(ctx));
    }

    private void answer(Context ctx, Set<EvaluationStatus> statuses) {
        String cursor = Parameters.text(ctx, "cursor");
        int offset = (int) Parameters.whole(ctx, "offset", 0, 0, Integer.MAX_VALUE);
        if (cursor != null && offset > 0) {
            throw Parameters.wrong("offset", "cannot go with a cursor", "conflict");
        }
        EvaluationQuery query = new EvaluationQuery(
                (int) Parameters.whole(ctx, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT), cursor, offset, statuses,
                Parameters.text(ctx, "language"), Parameters.text(ctx, "engine"), priority(ctx), tags(ctx),
                Parameters.text(ctx, "submitter"), Parameters.time(ctx, "since"),
                Parameters.time(ctx, "until"), Parameters.text(ctx, "q"));
        WireBody.answer(ctx, StorageViews.page(store.list(query), query));
    }

    private static @Nullable Integer priority(Context ctx) {
        long priority = Parameters.whole(
                ctx, "priority", -1, Submission.LOWEST_PRIORITY, Submission.HIGHEST_PRIORITY);
        return priority < 0 ? null : (int) priority;
    }

    private static Set<EvaluationStatus> statuses(Context ctx) {
        Set<EvaluationStatus> statuses = EnumSet.noneOf(EvaluationStatus.class);
        String several = Parameters.text(ctx, "status");
        for (String name : several == null ? new String[0] : several.split(",")) {
            statuses.add(name.strip().equals("submitted") ? EvaluationStatus.QUEUED
                    : EvaluationStatus.fromWire(name.strip()).orElseThrow(() -> Parameters.wrong("status",
                            "must be queued, provisioning, running, completed, failed, timeout or cancelled",
                            "unknown_value")));
        }
        return statuses;
    }

    private static Map<String, String> tags(Context ctx) {
        Map<String, String> tags = new LinkedHashMap<>();
        for (String tag : ctx.queryParams("tag")) {
            int colon = tag.indexOf(':');
            if (colon <= 0) {
                throw Parameters.wrong("tag", "must be name:value", "type_error");
            }
            tags.put(tag.substring(0, colon), tag.substring(colon + 1));
        }
        return tags;
    }
}
