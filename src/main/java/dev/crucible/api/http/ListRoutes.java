package dev.crucible.api.http;

import dev.crucible.api.EvaluationService;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.platform.http.Parameters;
import dev.crucible.platform.http.Replies;
import dev.crucible.platform.http.Route;
import dev.crucible.storage.EvaluationQuery;
import io.javalin.http.Context;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The list of evaluations and its filters. */
final class ListRoutes {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;
    private static final int MAX_TEXT = 256;

    private final EvaluationService evaluations;

    ListRoutes(EvaluationService evaluations) {
        this.evaluations = evaluations;
    }

    List<Route> routes() {
        return List.of(Route.get("/api/evaluations", "evaluations", "List evaluations, newest first", this::list)
                .query("limit", "integer", "1 to 1000, 100 by default")
                .query("cursor", "string", "Where the page before ended: its next_cursor")
                .query("offset", "integer", "How many to pass over; not with a cursor")
                .query("status", "string", "One or several by comma; submitted is queued")
                .query("language", "string", "A language's name")
                .query("engine", "string", "An engine's name")
                .query("priority", "integer", "0 to 10")
                .query("tag", "string", "name:value or name=value; several times for several tags")
                .query("submitter", "string", "Whose evaluations")
                .query("since", "string", "Created at or after this time")
                .query("until", "string", "Created before this time")
                .query("q", "string", "Part of the id or of the code's first 200 characters")
                .answers(200, "A page", EvaluationAnswers.Page.class));
    }

    private void list(Context ctx) {
        EvaluationQuery query = query(ctx);
        Replies.json(ctx, Views.page(evaluations.list(query), query));
    }

    private static EvaluationQuery query(Context ctx) {
        String cursor = bounded(ctx, "cursor");
        int offset = (int) Parameters.whole(ctx, "offset", 0, 0, Integer.MAX_VALUE);
        if (cursor != null && offset > 0) {
            throw Parameters.wrong("offset", "cannot go with a cursor", "conflict");
        }
        long priority = Parameters.whole(
                ctx, "priority", -1, Submission.LOWEST_PRIORITY, Submission.HIGHEST_PRIORITY);
        return new EvaluationQuery(
                (int) Parameters.whole(ctx, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT),
                cursor,
                offset,
                statuses(ctx),
                folded(ctx, "language"),
                folded(ctx, "engine"),
                priority < 0 ? null : (int) priority,
                tags(ctx),
                bounded(ctx, "submitter"),
                Parameters.time(ctx, "since"),
                Parameters.time(ctx, "until"),
                bounded(ctx, "q"));
    }

    private static Set<EvaluationStatus> statuses(Context ctx) {
        Set<EvaluationStatus> statuses = EnumSet.noneOf(EvaluationStatus.class);
        for (String several : ctx.queryParams("status")) {
            for (String one : several.split(",")) {
                String name = one.strip().toLowerCase(Locale.ROOT);
                if (!name.isEmpty()) {
                    statuses.add(name.equals("submitted") ? EvaluationStatus.QUEUED : status(name));
                }
            }
        }
        return statuses;
    }

    private static EvaluationStatus status(String name) {
        return EvaluationStatus.fromWire(name).orElseThrow(() -> Parameters.wrong("status",
                "must be queued, provisioning, running, completed, failed, timeout or cancelled", "unknown_value"));
    }

    private static Map<String, String> tags(Context ctx) {
        Map<String, String> tags = new LinkedHashMap<>();
        for (String tag : ctx.queryParams("tag")) {
            int at = tag.indexOf(':') >= 0 && (tag.indexOf('=') < 0 || tag.indexOf(':') < tag.indexOf('='))
                    ? tag.indexOf(':')
                    : tag.indexOf('=');
            if (at <= 0) {
                throw Parameters.wrong("tag", "must be name:value or name=value", "type_error");
            }
            tags.put(tag.substring(0, at), tag.substring(at + 1));
        }
        return tags;
    }

    private static @Nullable String folded(Context ctx, String name) {
        String value = bounded(ctx, name);
        return value == null ? null : value.strip().toLowerCase(Locale.ROOT);
    }

    private static @Nullable String bounded(Context ctx, String name) {
        String value = Parameters.text(ctx, name);
        if (value != null && value.length() > MAX_TEXT) {
            throw Parameters.wrong(name, "is longer than " + MAX_TEXT + " characters", "too_long");
        }
        return value;
    }
}
