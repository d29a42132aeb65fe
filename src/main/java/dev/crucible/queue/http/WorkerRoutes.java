package dev.crucible.queue.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.FieldError;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.platform.http.BodyBudget;
import dev.crucible.platform.http.Parameters;
import dev.crucible.platform.http.Route;
import dev.crucible.platform.http.WireBody;
import dev.crucible.queue.Extension;
import dev.crucible.queue.Failed;
import dev.crucible.queue.Lease;
import dev.crucible.queue.LeaseToken;
import dev.crucible.queue.TaskQueue;
import dev.crucible.queue.WorkerProfile;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The routes of those who take tasks and report. */
final class WorkerRoutes {
    /** More than a report of our own workers can be, and than two whole streams of plain text at the default limit. */
    private static final long MAX_REPORT = 32L << 20;

    private static final long MAX_WORD = 1L << 20;
    private static final int MAX_ERROR = 16 * 1024;
    private static final Duration MAX_WAIT = Duration.ofSeconds(60);
    private static final int MAX_LEASE_SECONDS = 24 * 3600;
    /** For what a plain worker does besides running the program: start a container, send the report. */
    private static final Duration PLAIN_WORKER_SPARE = Duration.ofSeconds(5);

    private static final Set<String> LOOPBACK_6 = Set.of("::1", "0:0:0:0:0:0:0:1");
    private static final int MAX_NAMES = 64;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.+#_-]{0,31}");
    private static final Pattern WORKER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.:@_-]{0,127}");
    private static final Pattern ASK = Pattern.compile("[A-Za-z0-9_-]{8,64}");
    private static final Pattern TOKEN = Pattern.compile("(\\d{1,18})\\.(\\d{1,9})");

    private final TaskQueue queue;
    private final Polls polls;
    private final HandedLeases leases;
    private final RecentEnds ends;
    private final ReportForm form;
    private final BodyBudget budget;

    WorkerRoutes(TaskQueue queue, Polls polls, HandedLeases leases, RecentEnds ends, ReportForm form, BodyBudget budget) {
        this.queue = queue;
        this.polls = polls;
        this.leases = leases;
        this.ends = ends;
        this.form = form;
        this.budget = budget;
    }

    List<Route> routes(QueueKeys keys) {
        return Stream.of(
                        Route.get("/tasks/next", "workers", "Take the most urgent task under a lease; null when there is none", this::next)
                                .query("wait", "number", "Hold the answer up to so many seconds (at most 60) until a task comes")
                                .query("worker", "string", "The worker's name; one that gives none is known by its address, and its leases are extended for as long as the task may run")
                                .query("engines", "string", "Engines it can run, parted by commas; all by default")
                                .query("languages", "string", "Languages it can run, likewise")
                                .query("lease_seconds", "integer", "Extend the lease so long without a heartbeat; never shorter than the queue's own")
                                .query("ask", "string", "A name for this request, 8 to 64 letters and digits: the same worker may send it again when its answer was lost, and gets the same task")
                                .query("form", "string", "whole: the submission as one record, as our own workers take it")
                                .answers(200, "A task, or null", QueueAnswers.PlainLease.class)
                                .answers(200, "With form=whole", QueueAnswers.WholeLease.class),
                        word("heartbeat", "Extend the lease to its full length from now", this::heartbeat).body(QueueSchema.word())
                                .answers(200, "It is extended", QueueAnswers.Beat.class),
                        word("complete", "Report the one result", this::complete).body(QueueSchema.report())
                                .answers(200, "It is taken, durably", QueueAnswers.Status.class),
                        word("fail", "Report that the attempt was lost through no fault of the code", this::fail).body(QueueSchema.failure())
                                .answers(200, "retrying, dead_letter, or failed when it is not to be retried", QueueAnswers.Status.class),
                        word("release", "Hand the task back unfinished; nothing is counted against it", this::release).body(QueueSchema.release())
                                .answers(200, "It is queued again", QueueAnswers.Status.class))
                .map(route -> route.guardedBy(keys.forWorkers()))
                .toList();
    }

    private static Route word(String verb, String summary, Handler handler) {
        return Route.post("/tasks/{id}/" + verb, "workers", summary, handler).pathParameter("id", "Its eval_id");
    }

    // ---- taking ----

    private void next(Context ctx) {
        String name = matching(ctx, "worker", WORKER, "must be 1 to 128 letters, digits and . : @ _ -");
        WorkerProfile worker = new WorkerProfile(
                name == null ? "worker@" + ctx.ip() : name, names(ctx, "engines"), names(ctx, "languages"));
        Duration wait = Parameters.seconds(ctx, "wait", MAX_WAIT);
        Duration hold = Duration.ofSeconds(Parameters.whole(ctx, "lease_seconds", 0, 1, MAX_LEASE_SECONDS));
        String ask = matching(ctx, "ask", ASK, "must be 8 to 64 letters, digits, _ or -");
        boolean whole = "whole".equals(Parameters.text(ctx, "form"));
        String address = address(ctx);
        ctx.future(() -> polls.ask(worker, wait, ask).thenAccept(
                taken -> answer(ctx, taken, whole, address, name == null ? null : hold)));
    }

    /** @param hold null for as long as the task may run */
    private void answer(Context ctx, Optional<Lease> taken, boolean whole, String address, @Nullable Duration hold) {
        if (taken.isEmpty()) {
            WireBody.answer(ctx, null);
            return;
        }
        Lease lease = taken.get();
        leases.add(lease, address, hold == null ? plainHold(lease.task().submission().limits()) : hold);
        WireBody.answer(ctx, whole ? LeaseViews.whole(lease) : LeaseViews.plain(lease));
    }

    private static Duration plainHold(Limits limits) {
        Duration longest = Duration.ofSeconds(MAX_LEASE_SECONDS);
        return limits.timeout().compareTo(longest) > 0 ? longest : limits.timeout().plus(PLAIN_WORKER_SPARE);
    }

    private static @Nullable String matching(Context ctx, String name, Pattern form, String rule) {
        String text = Parameters.text(ctx, name);
        if (text != null && !form.matcher(text).matches()) {
            throw Parameters.wrong(name, rule, "invalid_name");
        }
        return text;
    }

    private static Set<String> names(Context ctx, String parameter) {
        String text = Parameters.text(ctx, parameter);
        if (text == null) {
            return Set.of();
        }
        String[] names = text.split(",", -1);
        if (names.length > MAX_NAMES || !Stream.of(names).allMatch(name -> NAME.matcher(name).matches())) {
            throw Parameters.wrong(parameter, "must be at most " + MAX_NAMES + " names, parted by commas", "invalid_name");
        }
        return Stream.of(names).map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }

    /** Who is there; this machine is one, by whatever address it came. */
    private static String address(Context ctx) {
        String ip = ctx.ip().replaceAll("[\\[\\]]", "");
        return ip.startsWith("127.") || LOOPBACK_6.contains(ip) ? "localhost" : ip;
    }

    // ---- speaking of what was taken ----

    private void heartbeat(Context ctx) throws Exception {
        read(ctx, MAX_WORD, body -> {
            EvaluationId id = Parameters.id(ctx);
            LeaseToken shown = token(id, body);
            LeaseToken token = shown == null ? leases.meant(id, address(ctx)).token() : shown;
            polls.arrived(token);
            Extension extension = queue.extend(token);
            WireBody.answer(ctx, new QueueAnswers.Beat(
                    extension.cancelRequested(), QueueAnswers.seconds(extension.expiresIn())));
        });
    }

    private void complete(Context ctx) throws Exception {
        read(ctx, MAX_REPORT, body -> {
            EvaluationId id = Parameters.id(ctx);
            LeaseToken shown = token(id, body);
            HandedLeases.Handed handed = shown == null ? leases.meant(id, address(ctx)) : leases.of(shown);
            long outputBytes = handed == null ? Limits.DEFAULTS.outputBytes() : handed.outputBytes();
            Outcome outcome = form.read(id, body, outputBytes);
            ending(ctx, id, shown, token -> complete(token, outcome));
            WireBody.answer(ctx, new QueueAnswers.Status(EvaluationStatus.COMPLETED.wire()));
        });
    }

    private boolean complete(LeaseToken token, Outcome outcome) {
        ends.during(token.id(), new RecentEnds.End(outcome.reason().status(), token.attempt()),
                () -> queue.complete(token, outcome));
        return true;
    }

    private void fail(Context ctx) throws Exception {
        read(ctx, MAX_REPORT, body -> {
            EvaluationId id = Parameters.id(ctx);
            String error = text(body, "error", "the worker did not say why");
            JsonNode retryable = body.path("retryable");
            if (!retryable.isMissingNode() && !retryable.isNull() && !retryable.isBoolean()) {
                throw wrong("retryable", "must be true or false", "type_error");
            }
            String status = ending(ctx, id, token(id, body), token -> {
                if (retryable.isBoolean() && !retryable.booleanValue()) {
                    complete(token, Outcome.notRun(Reason.SANDBOX_ERROR, "Its worker failed: " + error));
                    return EvaluationStatus.FAILED.wire();
                }
                return queue.fail(token, error) == Failed.RETRYING ? "retrying" : "dead_letter";
            });
            WireBody.answer(ctx, new QueueAnswers.Status(status));
        });
    }

    private void release(Context ctx) throws Exception {
        read(ctx, MAX_WORD, body -> {
            EvaluationId id = Parameters.id(ctx);
            String why = text(body, "why", "its worker handed it back");
            ending(ctx, id, token(id, body), token -> {
                queue.release(token, why);
                return true;
            });
            WireBody.answer(ctx, new QueueAnswers.Status(EvaluationStatus.QUEUED.wire()));
        });
    }

    /** Ends an attempt. One that was meant without a token cannot be ended twice so, and again when it came to nothing. */
    private <T> T ending(Context ctx, EvaluationId id, @Nullable LeaseToken shown, Function<LeaseToken, T> end) {
        if (shown != null) {
            polls.arrived(shown);
            T answer = end.apply(shown);
            leases.remove(shown);
            return answer;
        }
        HandedLeases.Handed claimed = leases.claim(id, address(ctx));
        polls.arrived(claimed.token());
        try {
            return end.apply(claimed.token());
        } catch (PlatformException e) {
            if (e.code() != ErrorCode.LEASE_LOST) {
                leases.giveBack(claimed);
            }
            throw e;
        }
    }

    private void read(Context ctx, long maxBytes, Consumer<JsonNode> use) throws Exception {
        WireBody.read(ctx, maxBytes, budget, body -> {
            if (!body.isObject()) {
                throw PlatformException.invalid(List.of(new FieldError(List.of("body"), "must be an object", "type_error")));
            }
            use.accept(body);
        });
    }

    private static @Nullable LeaseToken token(EvaluationId id, JsonNode body) {
        JsonNode node = body.path("lease_token");
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        var parts = TOKEN.matcher(node.asText());
        if (!node.isTextual() || !parts.matches()) {
            throw wrong("lease_token", "must be the token that came with the task", "invalid_token");
        }
        return new LeaseToken(id, Long.parseLong(parts.group(1)), Integer.parseInt(parts.group(2)));
    }

    /** A reason in words; a long one is cut, since a lease lost over its length would help nobody. */
    private static String text(JsonNode body, String name, String otherwise) {
        JsonNode node = body.path(name);
        if (node.isMissingNode() || node.isNull()) {
            return otherwise;
        }
        if (!node.isTextual()) {
            throw wrong(name, "must be a string", "type_error");
        }
        String text = node.textValue().strip().replace('\0', ' ');
        if (text.length() <= MAX_ERROR) {
            return text.isEmpty() ? otherwise : text;
        }
        int cut = Character.isHighSurrogate(text.charAt(MAX_ERROR - 1)) ? MAX_ERROR - 1 : MAX_ERROR;
        return text.substring(0, cut) + "…";
    }

    private static PlatformException wrong(String field, String message, String type) {
        return PlatformException.invalid(List.of(new FieldError(List.of("body", field), message, type)));
    }
}
