package dev.crucible.e2e;

import static dev.crucible.e2e.Api.python;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A client with the retry that the documentation asks of it: an answer that did not come, 429, 502 and 503 are asked for
 * again, and a submission carries an idempotency key, so that asking again cannot double it.
 */
final class PatientClient {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final long PAUSE_MILLIS = 200;
    private static final Set<Integer> LATER = Set.of(429, 500, 502, 503);

    private final Supplier<Api> api;

    PatientClient(Supplier<Api> api) {
        this.api = api;
    }

    /** Submits a program and answers its id. */
    String submit(String key, Map<String, Object> submission) {
        Api.Answer answer = persist("submit " + key, () -> api.get().post("/api/eval", submission, "Idempotency-Key", key));
        if (answer.status() != 200) {
            throw new IllegalStateException("refused: " + answer.status() + " " + answer.json());
        }
        return answer.json().get("eval_id").asText();
    }

    JsonNode get(String path) {
        return persist("get " + path, () -> api.get().get(path)).json();
    }

    private static Api.Answer persist(String what, Supplier<Api.Answer> request) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        String last = "nothing";
        while (System.nanoTime() < end) {
            try {
                Api.Answer answer = request.get();
                if (!LATER.contains(answer.status())) {
                    return answer;
                }
                last = answer.status() + " " + answer.json();
            } catch (UncheckedIOException e) {
                last = e.getMessage();
            }
            pause();
        }
        throw new IllegalStateException(what + " was never answered; last: " + last);
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** One of a mixture of programs, of which {@link #isRight} knows how each must end. */
    static Map<String, Object> program(int number) {
        return switch (number % 5) {
            case 0 -> python("print(" + number + " * " + number + ")", "priority", number % 11);
            case 1 -> python("echo " + number, "language", "bash");
            case 2 -> python("raise SystemExit(" + (number % 200 + 1) + ")");
            case 3 -> python("print(input()[::-1])", "stdin", "n" + number + "\n");
            default -> python("import time\ntime.sleep(0.05)\nprint('slept', " + number + ")", "priority", 10);
        };
    }

    static boolean isRight(int number, JsonNode record) {
        String output = record.get("output").asText();
        String status = record.get("status").asText();
        return switch (number % 5) {
            case 0 -> status.equals("completed") && output.equals((long) number * number + "\n");
            case 1 -> status.equals("completed") && output.equals(number + "\n");
            case 2 -> status.equals("failed") && record.get("exit_code").asInt() == number % 200 + 1;
            case 3 -> status.equals("completed") && output.equals(new StringBuilder("n" + number).reverse() + "\n");
            default -> status.equals("completed") && output.equals("slept " + number + "\n");
        };
    }
}
