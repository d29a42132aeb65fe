package dev.crucible.bench;

import dev.crucible.platform.db.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The temporary folder of a run and everything started in it; all of it is gone after {@link #close()}. */
final class Workspace implements AutoCloseable {
    private final Path folder;
    private final Deque<Runnable> stops = new ArrayDeque<>();
    private int homes;
    private boolean closed;

    Workspace() throws IOException {
        folder = Files.createTempDirectory("crucible-bench");
        // PostgreSQL has a user of its own when this is run by root, and must be able to pass.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    }

    /** A folder that does not exist yet. */
    synchronized Path fresh(String name) {
        return folder.resolve(name + "-" + ++homes);
    }

    /** Starts a server and waits until it is ready. */
    Server serve(Path home, Map<String, String> settings) throws IOException {
        Server server;
        synchronized (this) {
            mustBeOpen();
            server = Server.launch(home, settings, fresh("server-log"));
            stops.push(server::stop);
        }
        server.awaitReady();
        return server;
    }

    /** The same database as the server's, with nobody else on it. */
    EmbeddedPostgres postgres() {
        EmbeddedPostgres postgres = new EmbeddedPostgres(fresh("postgres"));
        synchronized (this) {
            mustBeOpen();
            stops.push(postgres::close);
        }
        postgres.start();
        return postgres;
    }

    /** The executor alone. */
    Executions executions() {
        Executions executions = new Executions(fresh("executor"));
        synchronized (this) {
            mustBeOpen();
            stops.push(executions::close);
        }
        return executions;
    }

    /** A program that runs in {@code folder} until the rest is stopped, with what it writes kept beside it. */
    synchronized Daemon daemon(List<String> command, Map<String, String> environment, Path folder) throws IOException {
        mustBeOpen();
        Daemon daemon = Daemon.start(command, environment, folder, fresh("log"));
        stops.push(daemon::stop);
        return daemon;
    }

    private void mustBeOpen() {
        if (closed) {
            throw new IllegalStateException("the run was stopped");
        }
    }

    /** Stops what was started, the latest first. */
    synchronized void stopAll() {
        while (!stops.isEmpty()) {
            stops.pop().run();
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        stopAll();
        ProcessHandle.current().children().forEach(ProcessHandle::destroyForcibly);
        try {
            delete();
        } catch (IOException e) {
            System.err.println("The folder " + folder + " could not be removed: " + e);
        }
    }

    private void delete() throws IOException {
        List<Path> paths;
        try (Stream<Path> tree = Files.walk(folder)) {
            paths = tree.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            Files.deleteIfExists(path);
        }
    }
}
