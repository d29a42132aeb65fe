package dev.crucible.platform.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.testing.TestDatabase;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class EmbeddedPostgresTest {
    private static final int SOMEBODY = 61_234;

    private final List<EmbeddedPostgres> started = new ArrayList<>();
    private Path folder;

    /** Below target and not the system's temporary folder, whose programs may be forbidden to run. */
    @BeforeEach
    void makeFolder() throws IOException {
        Path target = Files.createDirectories(Path.of("target/embedded-postgres").toAbsolutePath());
        folder = Files.createTempDirectory(target, "case-");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    }

    @AfterEach
    void removeFolder() throws IOException {
        started.forEach(EmbeddedPostgres::close);
        Folders.delete(folder);
    }

    /** Starts a server; a new folder gets the programs that another test has unpacked. */
    private EmbeddedPostgres start(Path where) {
        if (!Files.exists(where)) {
            linkPrograms(where);
        }
        return startUnprepared(where);
    }

    private EmbeddedPostgres startUnprepared(Path where) {
        EmbeddedPostgres server = new EmbeddedPostgres(where);
        started.add(server);
        server.start();
        return server;
    }

    private static void linkPrograms(Path where) {
        TestDatabase.server();
        try (Stream<Path> servers = Files.list(Path.of("target"))) {
            Path shared = servers.filter(path -> path.getFileName().toString().startsWith("test-postgres-"))
                    .findFirst().orElseThrow();
            Files.createDirectories(where);
            Trees.link(programs(shared), where.resolve(programs(shared).getFileName()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path programs(Path server) throws IOException {
        try (Stream<Path> children = Files.list(server)) {
            return children.filter(path -> path.getFileName().toString().startsWith("bin-")).findFirst().orElseThrow();
        }
    }

    private Path home() {
        return folder.resolve("postgres");
    }

    @Test
    void rows_survive_a_restart_which_is_quick() {
        EmbeddedPostgres first = start(home());
        write(first, "kept");
        first.close();

        long begin = System.nanoTime();
        EmbeddedPostgres second = start(home());
        Duration took = Duration.ofNanos(System.nanoTime() - begin);

        assertThat(read(second)).containsExactly("kept");
        // The budget is a second; a machine that builds something else meanwhile gets more.
        assertThat(took).isLessThan(Duration.ofSeconds(3));
    }

    @Test
    void it_is_durable_and_listens_on_loopback_alone() {
        EmbeddedPostgres server = start(home());
        try (Database database = Database.connect(server.jdbcUrl(), "postgres", server.password())) {
            assertThat(setting(database, "fsync")).isEqualTo("on");
            assertThat(setting(database, "synchronous_commit")).isEqualTo("on");
            assertThat(setting(database, "full_page_writes")).isEqualTo("on");
            assertThat(setting(database, "data_checksums")).isEqualTo("on");
            assertThat(setting(database, "listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(setting(database, "unix_socket_directories")).isEmpty();
            assertThat(setting(database, "server_encoding")).isEqualTo("UTF8");
        }
    }

    @Test
    void the_application_is_not_a_superuser() {
        try (Database database = start(home()).connect()) {
            assertThat(setting(database, "is_superuser")).isEqualTo("off");
        }
    }

    @Test
    void only_the_password_opens_it() throws IOException {
        EmbeddedPostgres server = start(home());

        for (String user : List.of(server.user(), "postgres")) {
            assertThatThrownBy(() -> Database.connect(server.jdbcUrl(), user, "wrong"))
                    .isInstanceOfSatisfying(PlatformException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE))
                    .hasMessageContaining("password authentication failed")
                    .hasMessageNotContaining("wrong");
        }
        assertThat(Files.getPosixFilePermissions(home().resolve("password")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(Files.getPosixFilePermissions(home().resolve("data")))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void a_second_server_on_the_folder_is_refused_and_the_first_stays() {
        EmbeddedPostgres first = start(home());
        write(first, "kept");

        assertThatThrownBy(() -> start(home()))
                .isInstanceOf(PlatformException.class).hasMessageContaining("in use by this process");
        assertThatThrownBy(() -> start(home())).hasMessageContaining("in use by this process");

        assertThat(read(first)).containsExactly("kept");
    }

    @Test
    void what_a_killed_process_left_running_is_stopped_and_nothing_is_lost() throws Exception {
        Process child = child(List.of());
        int orphansPort = portSaidBy(child);
        assertThatThrownBy(() -> start(home()))
                .hasMessageContaining("in use by process " + child.pid());
        child.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        assertThat(listens(orphansPort)).as("the database outlives its parent").isTrue();

        EmbeddedPostgres server = start(home());

        assertThat(read(server)).containsExactly("written by the child");
        assertThat(listens(orphansPort)).isFalse();
    }

    @Test
    void a_pid_file_that_names_a_stranger_is_no_obstacle() throws IOException {
        EmbeddedPostgres first = start(home());
        write(first, "kept");
        String pidFile = Files.readString(home().resolve("data/postmaster.pid"));
        first.close();
        String stranger = Long.toString(ProcessHandle.current().pid());
        Files.writeString(home().resolve("data/postmaster.pid"), pidFile.replaceFirst("\\d+", stranger));

        assertThat(read(start(home()))).containsExactly("kept");
    }

    @Test
    void a_server_that_dies_is_started_again_on_its_port() {
        EmbeddedPostgres server = start(home());
        write(server, "kept");
        try (Database database = server.connect()) {
            ProcessHandle.of(new ServerProcesses(home().resolve("data")).server().orElseThrow())
                    .ifPresent(ProcessHandle::destroyForcibly);

            await().atMost(Duration.ofSeconds(20)).ignoreExceptions().untilAsserted(() ->
                    assertThat(database.dsl().fetch("select t from kept").getValues(0, String.class)).containsExactly("kept"));
        }
    }

    @Test
    void a_terminals_interrupt_does_not_reach_it() throws IOException {
        start(home());
        long server = new ServerProcesses(home().resolve("data")).server().orElseThrow();

        assertThat(session(server)).isNotEqualTo(session(ProcessHandle.current().pid()));
    }

    @Test
    void data_of_another_version_is_refused_and_left_alone() throws IOException {
        start(home()).close();
        Path version = home().resolve("data/PG_VERSION");
        Files.writeString(version, "9\n");

        assertThatThrownBy(() -> start(home()))
                .isInstanceOf(PlatformException.class)
                .hasMessageContaining("was made by PostgreSQL 9").hasMessageContaining("move the folder away");

        Files.writeString(version, "18\n");
        start(home());
    }

    @Test
    void a_start_that_fails_quotes_the_servers_log() throws IOException {
        start(home()).close();
        Files.writeString(home().resolve("data/pg_hba.conf"), "nonsense\n");

        assertThatThrownBy(() -> start(home()))
                .isInstanceOfSatisfying(PlatformException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE))
                .hasMessageContaining("pg_hba.conf").hasMessageContaining("DATABASE_URL");
    }

    @Test
    void programs_that_are_not_whole_are_unpacked_again() throws IOException {
        start(home()).close();
        Path program = programs(home()).resolve("bin/postgres");
        Files.delete(program);
        Files.write(program, new byte[10]);

        assertThat(setting(start(home()))).isEqualTo("on");
    }

    @Test
    void closing_leaves_no_process_and_closing_again_does_nothing() {
        EmbeddedPostgres server = start(home());
        server.close();

        assertThat(new ServerProcesses(home().resolve("data")).server()).isEmpty();

        EmbeddedPostgres next = start(home());
        server.close();
        new EmbeddedPostgres(home()).close();
        write(next, "kept");
        assertThat(read(next)).containsExactly("kept");
    }

    @Test
    void a_user_without_a_name_is_told_what_to_do() throws Exception {
        assumeThat(Account.current().root()).as("only root can become somebody else").isTrue();
        assumeThat(Files.readString(Path.of("/etc/passwd"))).doesNotContain(":" + SOMEBODY + ":");
        Folders.own(folder, SOMEBODY);

        Process child = child(List.of("setpriv", "--reuid=" + SOMEBODY, "--regid=" + SOMEBODY, "--clear-groups"));

        // PostgreSQL's initdb looks its user up in the system's list.
        assertThat(outputOf(child)).contains("user does not exist").contains("DATABASE_URL");
    }

    @Test
    void a_named_user_that_is_not_root_runs_it_as_itself() throws Exception {
        assumeThat(Account.current().root()).as("only root can become somebody else").isTrue();
        int nobody = Account.current().forInitdb().id();
        Folders.own(folder, nobody);
        Process child = child(List.of("setpriv", "--reuid=" + nobody, "--regid=" + nobody, "--clear-groups"));

        assertThat(listens(portSaidBy(child))).isTrue();
        assertThat(Files.getAttribute(home().resolve("data"), "unix:uid")).isEqualTo(nobody);
        child.getOutputStream().close();
        assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(new ServerProcesses(home().resolve("data")).server()).isEmpty();
    }

    @Test
    void root_keeps_the_data_where_its_own_user_can_reach_it() throws IOException {
        assumeThat(Account.current().root()).as("another user's PostgreSQL runs as itself").isTrue();
        Path closed = folder.resolve("closed");
        Folders.create(closed, "rwx------");
        Path asked = closed.resolve("postgres");

        EmbeddedPostgres server = startUnprepared(asked);

        write(server, "kept");
        server.close();
        assertThat(asked).isSymbolicLink();
        assertThat(read(start(asked))).containsExactly("kept");
        started.forEach(EmbeddedPostgres::close);
        Folders.delete(asked.toRealPath());
    }

    // What the tests are made of

    /** Starts a server, writes a row, says its port, and closes it when its standard input ends. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) throws IOException {
            EmbeddedPostgres server = new EmbeddedPostgres(Path.of(args[0]));
            server.start();
            write(server, "written by the child");
            System.out.println("listening " + server.jdbcUrl().replaceAll("^.*:(\\d+)/.*$", "$1"));
            System.in.readAllBytes();
            server.close();
        }
    }

    private Process child(List<String> prefix) throws IOException {
        List<String> line = new ArrayList<>(prefix);
        // Another user need not be able to read this one's repository.
        String classes = prefix.isEmpty() ? System.getProperty("java.class.path") : linkedClassPath();
        line.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", classes,
                Child.class.getName(), home().toString()));
        return new ProcessBuilder(line).redirectErrorStream(true).start();
    }

    private String linkedClassPath() throws IOException {
        List<String> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path source = Path.of(entry);
            if (Files.exists(source)) {
                Path target = folder.resolve("classes").resolve(entries.size() + "-" + source.getFileName());
                Trees.link(source, target);
                entries.add(target.toString());
            }
        }
        return String.join(File.pathSeparator, entries);
    }

    private static int portSaidBy(Process child) throws IOException {
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder said = new StringBuilder();
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            if (line.startsWith("listening ")) {
                return Integer.parseInt(line.substring("listening ".length()));
            }
            said.append(line).append('\n');
        }
        throw new AssertionError("the child did not start: " + said);
    }

    private static String outputOf(Process child) throws IOException {
        child.getOutputStream().close();
        return new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 2000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** The sixth field of {@code /proc/<pid>/stat}; the second, a name in brackets, may hold spaces. */
    private static String session(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[3];
    }

    private static void write(EmbeddedPostgres server, String text) {
        try (Database database = server.connect()) {
            database.dsl().execute("create table if not exists kept (t text)");
            database.dsl().execute("insert into kept values (?)", text);
        }
    }

    private static List<String> read(EmbeddedPostgres server) {
        try (Database database = server.connect()) {
            return database.dsl().fetch("select t from kept").getValues(0, String.class);
        }
    }

    private static String setting(EmbeddedPostgres server) {
        try (Database database = server.connect()) {
            return setting(database, "fsync");
        }
    }

    private static String setting(Database database, String name) {
        return (String) database.dsl().fetchSingle("select current_setting(?)", name).get(0);
    }
}
