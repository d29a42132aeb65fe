package dev.crucible.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.platform.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** One submission with a hundred inputs against the same one with a single input. */
final class InputsBench {
    private static final int INPUTS = 100;
    private static final int WARM_UP = 3;
    private static final long LOOK_MILLIS = 2;
    private static final double BUDGET_MILLIS = 5;
    private static final String C = """
            #include <stdio.h>
            int main(void) {
                long n;
                if (scanf("%ld", &n) != 1) return 1;
                printf("%ld\\n", 2 * n);
            }
            """;
    private static final String PYTHON = "print(2 * int(input()))\n";

    private InputsBench() {}

    static List<Row> run(Workspace workspace, Options options) throws Exception {
        Server server = workspace.serve(workspace.fresh("home"), Map.of());
        try (HttpConnection connection = server.connect()) {
            List<Row> rows = new ArrayList<>();
            rows.addAll(measure(connection, "C", "c", C, options));
            int compilers = compilers(server, connection);
            rows.add(Row.alone("  compiles of one submission with 100 inputs", Integer.toString(compilers),
                    Row.budget("1", compilers == 1)));
            rows.addAll(measure(connection, "Python", "python", PYTHON, options));
            return rows;
        }
    }

    private static List<Row> measure(
            HttpConnection connection, String title, String language, String code, Options options) throws Exception {
        byte[] one = request(language, code, 1);
        byte[] many = request(language, code, INPUTS);
        List<Double> single = new ArrayList<>();
        List<Double> all = new ArrayList<>();
        List<Double> bare = new ArrayList<>();
        for (int i = -WARM_UP; i < options.rounds(15, 4); i++) {
            long begin = System.nanoTime();
            Programs.python();
            double python = (System.nanoTime() - begin) / 1e6;
            double first = time(connection, one, 1);
            double hundred = time(connection, many, INPUTS);
            if (i >= 0) {
                bare.add(python);
                single.add(first);
                all.add(hundred);
            }
        }
        Samples ones = Samples.of(single);
        Samples hundreds = Samples.of(all);
        double added = (hundreds.median() - ones.median()) / (INPUTS - 1);
        double python = Samples.of(bare).median();
        return List.of(
                Row.alone(title + ", 1 input, submit → verdict", ones.percentiles(), ""),
                Row.alone(title + ", 100 inputs, submit → verdict", hundreds.percentiles(), ""),
                new Row("  added by each input", millis(added), "python3 " + millis(python), Row.ratio(added / python),
                        Row.budget("≤ 5 ms", added <= BUDGET_MILLIS)));
    }

    private static String millis(double millis) {
        return String.format(Locale.ROOT, "%.2f ms", millis);
    }

    private static double time(HttpConnection connection, byte[] request, int inputs) throws IOException {
        long begin = System.nanoTime();
        HttpConnection.Answer answer = connection.send(request);
        double millis = (System.nanoTime() - begin) / 1e6;
        JsonNode verdict = Evaluations.read(answer, 200);
        if (verdict.path("passed").asInt() != inputs || !verdict.path("reason").asText().equals("ok")) {
            throw new IOException("a series of tests went wrong: " + answer.body());
        }
        return millis;
    }

    private static byte[] request(String language, String code, int inputs) throws IOException {
        List<Map<String, String>> tests = new ArrayList<>();
        for (int i = 0; i < inputs; i++) {
            tests.add(Map.of("name", "n" + i, "stdin", i + "\n", "expected_output", 2 * i + "\n"));
        }
        return Evaluations.submitAndWait(Json.text(
                Map.of("language", language, "code", code, "engine", "sandbox", "timeout", 20, "tests", tests)));
    }

    /** Compiler processes below the server while it does one submission, watched from outside. */
    private static int compilers(Server server, HttpConnection connection) throws Exception {
        Set<Long> seen = ConcurrentHashMap.newKeySet();
        Thread watcher = new Thread(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                server.handle().descendants().filter(InputsBench::compiler).forEach(process -> seen.add(process.pid()));
                try {
                    Thread.sleep(LOOK_MILLIS);
                } catch (InterruptedException e) {
                    return;
                }
            }
        }, "compilers");
        watcher.start();
        try {
            time(connection, request("c", C, INPUTS), INPUTS);
        } finally {
            watcher.interrupt();
            watcher.join();
        }
        return seen.size();
    }

    /** The compiler proper, of which the driver starts one for each source file. */
    private static boolean compiler(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), "comm")).strip().equals("cc1");
        } catch (IOException e) {
            return false;
        }
    }
}
