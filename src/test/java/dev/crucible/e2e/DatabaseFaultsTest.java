package dev.crucible.e2e;

import static dev.crucible.e2e.Api.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.platform.db.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** G10: what was accepted is not lost while the database is away, and who asks meanwhile is told so. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class DatabaseFaultsTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Set<String> TERMINAL = Set.of("completed", "failed", "timeout", "cancelled");
    private static final int BEFORE = 12;
    private static final String DISK = "192m";

    @TempDir
    Path folder;

    private EmbeddedPostgres database;
    private ServerProcess server;
    private Path disk;
    private final Map<String, Integer> accepted = new LinkedHashMap<>();

    private void start(Path databaseFolder) throws IOException {
        ServerProcess.letPass(folder);
        database = new EmbeddedPostgres(databaseFolder);
        database.start();
        server = ServerProcess.start(Files.createDirectories(folder.resolve("home")), Map.of(
                "WORKERS", "2", "DEFAULT_ENGINE", "sandbox", "DATABASE_URL",
                database.jdbcUrl() + "?user=" + database.user() + "&password=" + database.password()));
        for (int number = 0; number < BEFORE; number++) {
            submit(number);
        }
    }

    @AfterEach
    void stop() throws Exception {
        if (server != null) {
            server.close();
        }
        if (database != null) {
            database.close();
        }
        if (disk != null) {
            run("umount", disk.toString());
        }
    }

    /** What came of it; an answer of 200 is a promise. */
    private Api.Answer submit(int number) {
        Api.Answer answer = server.api().post("/api/eval", python(program(number, "")));
        if (answer.status() == 200) {
            accepted.put(answer.json().get("eval_id").asText(), number);
        }
        return answer;
    }

    private static String program(int number, String more) {
        return "import time\ntime.sleep(0.3)\nprint(" + number + " * " + number + ")" + more;
    }

    @Test
    void a_database_that_is_killed_and_comes_back_loses_nothing_and_the_platform_goes_on_by_itself() throws Exception {
        start(folder.resolve("postgres"));
        killDatabase();
        await().atMost(PATIENCE).until(() -> submit(BEFORE).status() == 200);
        assertEachEndedOnce();
    }

    @Test
    void a_database_that_hangs_is_told_as_an_outage_and_what_ran_meanwhile_is_recorded_after() throws Exception {
        start(folder.resolve("postgres"));
        List<ProcessHandle> processes = databaseProcesses();
        signal("STOP", processes);
        try {
            for (int number = 0; number < 3; number++) {
                assertToldOfTheOutage(submit(100 + number));
            }
            assertThat(server.api().get("/healthz").status()).isEqualTo(200);
            assertThat(server.api().get("/readyz").status()).isEqualTo(503);
        } finally {
            signal("CONT", processes);
        }
        await().atMost(PATIENCE).until(() -> submit(BEFORE).status() == 200);
        assertEachEndedOnce();
    }

    @Test
    void a_database_that_refuses_connections_is_told_as_an_outage_and_used_again_once_it_takes_them() throws Exception {
        start(folder.resolve("postgres"));
        // Stopped, so that nobody answers, and killed before it can: the next is started a second later at the earliest.
        for (int time = 0; time < 3; time++) {
            killDatabase();
            await().atMost(PATIENCE).until(() -> {
                Api.Answer answer = submit(200);
                if (answer.status() != 200) {
                    assertToldOfTheOutage(answer);
                }
                return answer.status() == 200;
            });
        }
        assertEachEndedOnce();
    }

    @Test
    void a_database_whose_disk_is_full_refuses_what_is_new_and_goes_on_once_there_is_room() throws Exception {
        disk = Files.createDirectories(folder.resolve("disk"));
        run("mount", "-t", "tmpfs", "-o", "size=" + DISK + ",mode=0755", "tmpfs", disk.toString());
        start(disk.resolve("postgres"));
        Path filler = disk.resolve("filler");
        fill(filler);
        String large = "\n#" + "x".repeat(400_000);
        List<Api.Answer> refused = new ArrayList<>();
        for (int number = 300; number < 400 && refused.isEmpty(); number++) {
            Api.Answer answer = server.api().post("/api/eval", python(program(number, large)));
            if (answer.status() == 200) {
                accepted.put(answer.json().get("eval_id").asText(), number);
            } else {
                refused.add(answer);
            }
        }
        assertThat(refused).as("the disk is full at some time").isNotEmpty();
        assertToldOfTheOutage(refused.get(0));
        assertThat(server.api().get("/healthz").status()).isEqualTo(200);
        Files.delete(filler);
        await().atMost(PATIENCE).until(() -> submit(BEFORE).status() == 200);
        assertEachEndedOnce();
    }

    private static void assertToldOfTheOutage(Api.Answer answer) {
        assertThat(answer.status()).as("%s", answer.json()).isEqualTo(503);
        assertThat(answer.json().get("code").asText()).isIn("storage_unavailable", "queue_unavailable");
        assertThat(answer.raw().headers().firstValue("Retry-After")).isPresent();
    }

    private void assertEachEndedOnce() {
        await().atMost(PATIENCE).until(() -> server.api().get("/readyz").status() == 200);
        accepted.forEach((id, number) -> {
            JsonNode record = server.api().awaitEnd(id, PATIENCE);
            assertThat(record.get("status").asText()).as("%s", record).isEqualTo("completed");
            assertThat(record.get("output").asText()).isEqualTo((long) number * number + "\n");
            long ends = 0;
            for (JsonNode change : server.api().get("/api/eval/" + id + "/timeline").json().get("timeline")) {
                ends += TERMINAL.contains(change.get("to").asText()) ? 1 : 0;
            }
            assertThat(ends).as("terminal statuses of %s", id).isEqualTo(1);
        });
    }

    // ---- the database's processes ----

    private void killDatabase() {
        databaseProcesses().forEach(ProcessHandle::destroyForcibly);
    }

    /** The server's and those it has started for its connections. */
    private List<ProcessHandle> databaseProcesses() {
        return ProcessHandle.current().descendants()
                .filter(process -> process.info().command().orElse("").endsWith("/postgres"))
                .filter(this::isOfThisTest)
                .flatMap(process -> Stream.concat(Stream.of(process), process.descendants())).distinct().toList();
    }

    private boolean isOfThisTest(ProcessHandle process) {
        return String.join(" ", process.info().arguments().orElse(new String[0])).contains(folder.getFileName().toString());
    }

    private static void signal(String name, List<ProcessHandle> processes) throws Exception {
        assertThat(processes).isNotEmpty();
        List<String> command = new ArrayList<>(List.of("kill", "-" + name));
        processes.forEach(process -> command.add(Long.toString(process.pid())));
        run(command.toArray(String[]::new));
    }

    /** Writes until there is no room. */
    private static void fill(Path file) throws IOException {
        byte[] piece = new byte[64 * 1024];
        try (var out = Files.newOutputStream(file)) {
            while (true) {
                out.write(piece);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as("%s: %s", String.join(" ", command), said).isZero();
    }
}
