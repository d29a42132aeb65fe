package dev.crucible.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.api.DeadLetters;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.FieldError;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.http.BodyBudget;
import dev.crucible.platform.http.JsonBody;
import dev.crucible.platform.http.Parameters;
import dev.crucible.platform.http.Replies;
import dev.crucible.platform.http.Route;
import dev.crucible.platform.json.Json;
import dev.crucible.queue.DeadLetter;
import dev.crucible.queue.TaskQueue;
import io.javalin.http.Context;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The routes about tasks that were given up. */
final class DeadLetterRoutes {
    private static final long MAX_BODY = 256 << 10;
    private static final int MOST_ERRORS = 20;
    private static final int ERROR_CHARACTERS = 200;

    private static final String WHICH = """
            {"type": "object", "anyOf": [{"required": ["eval_ids"]}, {"required": ["all"]}], "properties": {
              "eval_ids": {"type": ["array", "null"], "maxItems": 1000, "items": {"type": "string"}},
              "all": {"type": ["boolean", "null"], "default": false, "description": "All there are, at most 1,000 in one call"}},
             "example": {"all": true}}""";

    private final DeadLetters deadLetters;
    private final TaskQueue queue;
    private final BodyBudget budget;
    private final InstantSource clock;

    DeadLetterRoutes(DeadLetters deadLetters, TaskQueue queue, BodyBudget budget, InstantSource clock) {
        this.deadLetters = deadLetters;
        this.queue = queue;
        this.budget = budget;
        this.clock = clock;
    }

    List<Route> routes() {
        JsonNode which = Json.read(WHICH, JsonNode.class);
        return List.of(
                Route.get("/api/dlq/tasks", "dead letters", "Tasks that were given up", this::list)
                        .query("limit", "integer", "1 to 1000, 100 by default")
                        .answers(200, "Newest first, with the error of every attempt", DeadLetterAnswers.Listed.class),
                Route.get("/api/dlq/statistics", "dead letters", "How many were given up, when and why", this::statistics)
                        .answers(200, "All but the total is about the newest 1,000", DeadLetterAnswers.Figures.class),
                Route.get("/api/dlq/tasks/{id}", "dead letters", "One with its task", this::inspect)
                        .pathParameter("id", "The evaluation's id")
                        .answers(200, "The task as it was submitted, and the error of every attempt",
                                DeadLetterAnswers.Whole.class),
                Route.post("/api/dlq/tasks/{id}/retry", "dead letters", "Try one again, as a new evaluation", this::retry)
                        .pathParameter("id", "The evaluation's id")
                        .answers(200, "The new evaluation; the record of the one that was given up stays as it is",
                                DeadLetterAnswers.Retried.class),
                Route.post("/api/dlq/tasks/retry-batch", "dead letters", "Try many again, each as a new evaluation", this::retryMany)
                        .body(which)
                        .answers(200, "The new evaluations, and what is still a dead letter and why",
                                DeadLetterAnswers.RetriedMany.class),
                Route.delete("/api/dlq/tasks/{id}", "dead letters", "Take one away for good", this::discard)
                        .pathParameter("id", "The evaluation's id")
                        .answers(200, "It is gone; the record of its evaluation stays", DeadLetterAnswers.Discarded.class),
                Route.post("/api/dlq/tasks/discard-batch", "dead letters", "Take many away for good", this::discardMany)
                        .body(which)
                        .answers(200, "Those that were dead letters and are gone", DeadLetterAnswers.Discarded.class));
    }

    private void list(Context ctx) {
        int limit = (int) Parameters.whole(ctx, "limit", 100, 1, DeadLetters.MOST);
        List<DeadLetterAnswers.Letter> tasks =
                deadLetters.list(limit).stream().map(DeadLetterAnswers::letter).toList();
        Replies.json(ctx, new DeadLetterAnswers.Listed(tasks, tasks.size()));
    }

    private void statistics(Context ctx) {
        int total = queue.status().deadLetters();
        List<DeadLetter> newest = deadLetters.list(DeadLetters.MOST);
        Instant hourAgo = clock.instant().minus(Duration.ofHours(1));
        Map<String, Integer> errors = new HashMap<>();
        for (DeadLetter letter : newest) {
            errors.merge(lastError(letter), 1, Integer::sum);
        }
        Map<String, Integer> byError = new LinkedHashMap<>();
        errors.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .limit(MOST_ERRORS)
                .forEach(error -> byError.put(error.getKey(), error.getValue()));
        Replies.json(ctx, new DeadLetterAnswers.Figures(
                total, (int) newest.stream().filter(letter -> letter.deadAt().isAfter(hourAgo)).count(),
                newest.isEmpty() ? null : newest.get(0).deadAt(),
                newest.isEmpty() ? null : newest.get(newest.size() - 1).deadAt(), byError));
    }

    private static String lastError(DeadLetter letter) {
        if (letter.history().isEmpty()) {
            return "unknown";
        }
        String error = letter.history().get(letter.history().size() - 1).error();
        return error.length() <= ERROR_CHARACTERS ? error : error.substring(0, ERROR_CHARACTERS) + "…";
    }

    private void inspect(Context ctx) {
        Replies.json(ctx, DeadLetterAnswers.whole(deadLetters.get(Parameters.id(ctx))));
    }

    private void retry(Context ctx) {
        Replies.json(ctx, DeadLetterAnswers.retried(deadLetters.retry(Parameters.id(ctx))));
    }

    private void retryMany(Context ctx) {
        DeadLetters.Retries retries = which(ctx).map(deadLetters::retry).orElseGet(deadLetters::retryAll);
        Replies.json(ctx, DeadLetterAnswers.retried(retries, queue.status().deadLetters()));
    }

    private void discard(Context ctx) {
        EvaluationId id = Parameters.id(ctx);
        List<EvaluationId> gone = deadLetters.discard(List.of(id));
        if (gone.isEmpty()) {
            deadLetters.get(id);
        }
        Replies.json(ctx, DeadLetterAnswers.discarded(gone, queue.status().deadLetters()));
    }

    private void discardMany(Context ctx) {
        List<EvaluationId> gone = which(ctx).map(deadLetters::discard).orElseGet(deadLetters::discardAll);
        Replies.json(ctx, DeadLetterAnswers.discarded(gone, queue.status().deadLetters()));
    }

    /** Those that the body names, or empty for all; what cannot be an id is no dead letter. */
    private Optional<List<EvaluationId>> which(Context ctx) {
        try (JsonBody body = JsonBody.read(ctx, MAX_BODY, budget)) {
            JsonNode ids = body.json().path("eval_ids");
            if (ids.isArray() && ids.size() <= DeadLetters.MOST) {
                List<EvaluationId> named = new ArrayList<>();
                ids.forEach(id -> EvaluationId.parse(id.asText()).ifPresent(named::add));
                return Optional.of(named);
            }
            if ((ids.isMissingNode() || ids.isNull()) && body.json().path("all").asBoolean(false)) {
                return Optional.empty();
            }
            throw PlatformException.invalid(List.of(new FieldError(
                    List.of("body", "eval_ids"), "must be a list of at most " + DeadLetters.MOST
                            + " ids; or send {\"all\": true} without it", "missing")));
        }
    }
}
